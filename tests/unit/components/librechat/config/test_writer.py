"""The text of librechat.yaml."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from components.librechat.config.writer import quoted, to_yaml

# Everything that YAML can carry: no surrogates (not text), no NaN (not equal to itself).
texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
mappings = st.dictionaries(texts, values, max_size=5)


def test_the_text_is_what_a_person_would_write() -> None:
    content: dict[str, object] = {
        "version": "1.3.17",
        "cache": True,
        "endpoints": {
            "custom": [{"name": "Ollama", "baseURL": "http://o/v1", "models": {"default": ["llama2:latest"]}}]
        },
    }
    assert to_yaml(content) == (
        'version: "1.3.17"\n'
        "cache: true\n"
        "endpoints:\n"
        "  custom:\n"
        "  - name: Ollama\n"
        '    baseURL: "http://o/v1"\n'
        "    models:\n"
        "      default:\n"
        '      - "llama2:latest"\n'
    )


def test_a_value_that_is_not_plain_is_refused() -> None:
    with pytest.raises(yaml.representer.RepresenterError):
        to_yaml({"x": object()})


def test_a_value_that_occurs_twice_is_written_twice() -> None:
    shared = {"a": [1]}
    assert to_yaml({"x": shared, "y": shared}) == "x:\n  a:\n  - 1\ny:\n  a:\n  - 1\n"


@settings(max_examples=60)
@given(mappings)
def test_text_loads_back_to_the_same(content: dict[str, Any]) -> None:
    text = to_yaml(content)
    assert yaml.safe_load(text) == content
    assert list(yaml.safe_load(text)) == list(content)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@given(texts)
def test_quoted_text_is_written_as_in_the_file(text: str) -> None:
    url = f"https://{text}"
    assert to_yaml({"baseURL": url}) == f"baseURL: {quoted(url)}\n"
