"""What LibreChat needs to know of its full-text search."""

from typing import Any

from components.meilisearch.connection import external_connection
from components.meilisearch.settings import ExternalMeilisearch
from tests.unit.recording import run

URL = "https://search.example.org"


def test_an_existing_secret_holds_the_key() -> None:
    settings = ExternalMeilisearch.model_validate({"url": URL, "existingSecret": "search"})
    assert external_connection(settings) == {"url": URL, "secret_name": "search"}


def test_the_key_is_a_secret() -> None:
    settings = ExternalMeilisearch.model_validate({"url": URL, "masterKey": "hunter2"})

    def program(read: str) -> Any:
        key: Any = external_connection(settings)["master_key"]
        return key if read == "value" else key.is_secret()

    assert run(lambda: program("value")).result == "hunter2"
    assert run(lambda: program("secrecy")).result is True
