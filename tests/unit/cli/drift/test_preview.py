"""The preview behind `make drift`: how it is asked for, and what becomes of one that fails."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from cli.drift.detect import OBJECT
from cli.drift.preview import find
from cli.errors import CommandError
from cli.session import Session

NEW = {
    "op": "create",
    "urn": "urn:pulumi:dev::p::kubernetes:core/v1:Service::s",
    "new": {"custom": True, "inputs": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}},
}


class Engine:
    """Answers a preview with events."""

    def __init__(self, status: int, said: str, *events: dict[str, Any]) -> None:
        self.status, self.said, self.events = status, said, events
        self.log = Path()

    def run(self, command: str, arguments: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
        assert command == "preview"
        assert "--refresh" in arguments
        assert env == {"PULUMI_DEBUG_COMMANDS": "true"}
        self.log = Path(arguments[list(arguments).index("--event-log") + 1])
        if self.events:
            self.log.write_text("".join(f"{json.dumps(event)}\n" for event in self.events))
        return self.status, self.said


def session(*answer: Any) -> tuple[Engine, Session]:
    engine = Engine(*answer)
    return engine, cast("Session", engine)


def test_the_events_become_lines_and_do_not_stay() -> None:
    engine, opened = session(0, "", {"resourcePreEvent": {"metadata": NEW}})
    (line,) = find(opened)
    assert (line.kind, line.name, line.field, line.cause) == ("Service", "s", OBJECT, "settings")
    assert not engine.log.exists()
    assert not engine.log.parent.exists()


def test_errors_of_the_engine_are_told_in_its_words() -> None:
    error = {"diagnosticEvent": {"severity": "error", "message": "ollama.gpu.cuont: unknown key"}}
    with pytest.raises(CommandError, match=r"^The preview failed: ollama.gpu.cuont: unknown key$"):
        find(session(255, "a long log", error)[1])


def test_without_events_everything_is_told() -> None:
    with pytest.raises(CommandError, match="the stack is currently locked"):
        find(session(255, "error: the stack is currently locked by 1 lock(s)")[1])
