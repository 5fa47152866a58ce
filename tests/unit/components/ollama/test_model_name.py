"""Names of models in the settings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings.validation import validate
from components.stack.settings import Settings

MODELS = st.builds(
    "{}{}:{}".format,
    st.sampled_from(["", "library/", "someone/", "hf.co/org/", "registry.example.org:5000/org/"]),
    st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,40}", fullmatch=True),
    st.from_regex(r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,20}", fullmatch=True),
)


@given(MODELS)
def test_every_model_name_is_accepted_as_it_is(model: str) -> None:
    settings, findings = validate(Settings, {"ollama": {"models": [model]}})
    assert findings == []
    assert settings.ollama.models == [model]


@pytest.mark.parametrize(
    ("model", "complete"),
    [
        ("llama3.2", "llama3.2:latest"),
        ("someone/model", "someone/model:latest"),
        ("hf.co/org/Model-GGUF", "hf.co/org/Model-GGUF:latest"),
        ("registry.example.org:5000/org/model", "registry.example.org:5000/org/model:latest"),
        ("qwen2.5-coder:7b-instruct-q4_K_M", "qwen2.5-coder:7b-instruct-q4_K_M"),
    ],
)
def test_a_model_without_a_tag_is_latest_as_for_ollama(model: str, complete: str) -> None:
    settings, findings = validate(Settings, {"ollama": {"models": [model]}})
    assert findings == []
    assert settings.ollama.models == [complete]
