"""Parameters that never reach the model. tests/schema sends them through LibreChat's client."""

import pytest

from components.librechat.config.parameters import CALL_OPTIONS, OLLAMA_INSTEAD, OVERWRITTEN, unread_by_ollama, unsent
from components.librechat.settings import Endpoint


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("max_tokens", "LibreChat drops it, write `maxTokens` instead"),
        ("verbosity", "LibreChat drops it and sends none: remove it"),
        ("tools", "LibreChat drops it, and no other parameter sets it: remove it"),
        ("maxTokens", None),
        ("top_p", None),
    ],
)
def test_what_librechat_does_not_send(name: str, rule: str | None) -> None:
    assert unsent(name) == rule


@pytest.mark.parametrize(
    ("name", "where"),
    [("num_ctx", "`ollama.server.contextLength`"), ("num_predict", "`maxTokens`"), ("think", "`reasoning_effort`")],
)
def test_what_ollama_does_not_read(name: str, where: str) -> None:
    assert where in str(unread_by_ollama(name))
    assert unread_by_ollama("temperature") is None


def test_no_advice_names_what_is_dropped_itself() -> None:
    refused = CALL_OPTIONS | set(OVERWRITTEN) | set(OLLAMA_INSTEAD)
    assert not refused & {instead for instead in OVERWRITTEN.values() if instead}
    assert not refused & set(Endpoint().add_params)
