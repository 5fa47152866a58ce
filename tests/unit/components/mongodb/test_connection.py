"""What LibreChat needs to know of its database."""

from typing import Any

from components.mongodb.connection import external_connection
from components.mongodb.settings import ExternalMongoDB
from tests.unit.recording import run

URI = "mongodb://user:hunter2@db.example.org:27018/chat"


def test_an_existing_secret_comes_with_the_port_that_nobody_can_read_from_it() -> None:
    settings = ExternalMongoDB.model_validate({"existingSecret": "database", "port": 27018})
    assert external_connection(settings) == {"secret_name": "database", "ports": [27018]}


def test_the_uri_is_a_secret() -> None:
    def program(read: str) -> Any:
        connection = external_connection(ExternalMongoDB.model_validate({"uri": URI}))
        uri: Any = connection["uri"]
        return uri if read == "value" else uri.is_secret()

    assert run(lambda: program("value")).result == URI
    assert run(lambda: program("secrecy")).result is True
