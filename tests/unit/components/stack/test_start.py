"""Start of the program: the process is tuned before anything heavy is imported."""

import pytest

from components.stack import start as module
from components.stack.program import Stack


def test_the_process_is_tuned_first(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(module, "tune", lambda: calls.append("tune"))
    monkeypatch.setattr(module, "exit_silently_on_interrupt", lambda: calls.append("interrupt"))
    monkeypatch.setattr(Stack, "load", lambda: calls.append("load"))
    module.start()
    assert calls == ["tune", "interrupt", "load"]
