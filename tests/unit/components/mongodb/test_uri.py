"""Connection strings of MongoDB."""

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError

from components.mongodb.uri import MongoUri

URI = TypeAdapter[SecretStr](MongoUri)


@pytest.mark.parametrize("uri", ["", "mongodb://a.b", "mongodb+srv://user:pw@a.b/chat", "mongodb://u:p@a:1,b:2/chat"])
def test_a_uri_names_its_hosts(uri: str) -> None:
    assert URI.validate_python(uri).get_secret_value() == uri


@pytest.mark.parametrize("uri", ["a.b:27017", "https://a.b", "mongodb://", "mongodb://user:hunter2@", "mongodb://[a"])
def test_anything_else_is_refused_and_not_shown(uri: str) -> None:
    with pytest.raises(ValidationError, match="not a MongoDB URI") as error:
        URI.validate_python(uri)
    assert "hunter2" not in error.value.errors()[0]["msg"]
