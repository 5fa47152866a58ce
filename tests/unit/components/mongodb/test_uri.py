"""Connection strings of MongoDB in the settings."""

import pytest
from pydantic import SecretStr, TypeAdapter, ValidationError

from components.mongodb.uri import MongoUri

URI: TypeAdapter[SecretStr] = TypeAdapter(MongoUri)


@pytest.mark.parametrize("text", ["", "mongodb://user:hunter2@host:27017/db", "mongodb+srv://user:hunter2@host"])
def test_uris_of_mongodb_and_nothing_are_accepted(text: str) -> None:
    assert URI.validate_python(SecretStr(text)).get_secret_value() == text


@pytest.mark.parametrize(
    "text", ["postgres://user:hunter2@host", "mongodb://user:hunter2@", "hunter2", "mongodb://[hunter2"]
)
def test_anything_else_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(ValidationError, match="not a MongoDB URI") as refused:
        URI.validate_python(SecretStr(text))
    assert "hunter2" not in str(refused.value.errors(include_input=False, include_url=False))
