"""How the program reads the state of its own stack, which the engine may be writing at that moment."""

from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from components.stack.data import deployed

URN = "urn:pulumi:dev::ollama-librechat::kubernetes:core/v1:Namespace::ollama-namespace"
RESOURCES = {URN: {"outputs": {"metadata": {"name": "ollama"}}}}


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr(deployed.time, "sleep", found.append)
    for name in ("organization", "project", "stack"):
        monkeypatch.setattr(pulumi, f"get_{name}", lambda name=name: name)
    return found


def answers(monkeypatch: pytest.MonkeyPatch, failures: int) -> list[str]:
    """An engine that cannot read the state a few times."""
    asked: list[str] = []

    def invoke(token: str, _: dict[str, Any]) -> SimpleNamespace:
        asked.append(token)
        if len(asked) <= failures:
            raise RuntimeError("failed to load checkpoint: EOF")
        outputs = RESOURCES if token.endswith("readStackResourceOutputs") else {"namespaces": ["ollama"]}
        return SimpleNamespace(value={"outputs": outputs})

    monkeypatch.setattr(deployed, "invoke", invoke)
    return asked


def test_a_state_that_is_being_written_is_read_again(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    asked = answers(monkeypatch, failures=2)
    assert set(deployed.read().data) == {"ollama-namespace"}
    assert len(asked) == 4
    assert pauses == sorted(pauses)
    assert len(pauses) == 2


def test_a_state_that_cannot_be_read_stops_the_program(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    answers(monkeypatch, failures=100)
    with pytest.raises(pulumi.RunError, match="nothing can tell what data it has: failed to load checkpoint"):
        deployed.read()
    assert sum(pauses) < 5
