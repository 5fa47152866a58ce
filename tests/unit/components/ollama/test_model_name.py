"""Names of models."""

import pytest
from pydantic import TypeAdapter, ValidationError

from components.ollama.model_name import ModelName

MODEL = TypeAdapter[str](ModelName)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("llama2", "llama2:latest"),
        ("llama3.2:3b", "llama3.2:3b"),
        ("team/model", "team/model:latest"),
        ("registry.example.org:5000/team/model", "registry.example.org:5000/team/model:latest"),
        ("localhost:5000/model:v1", "localhost:5000/model:v1"),
    ],
)
def test_a_model_has_a_tag(written: str, name: str) -> None:
    assert MODEL.validate_python(written) == name


@pytest.mark.parametrize("written", ["", "a b", "a:b:c", "/a", "a/b/c/d", "llama2\n", "-a", "a" * 201])
def test_anything_else_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(ValidationError, match=r"for example `llama3\.2:3b`"):
        MODEL.validate_python(written)
