"""The preview behind `make drift`: its options, and a failing one."""

import json
from collections.abc import Sequence
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import events_pb2, events_pb2_grpc

from cli.drift.detect import OBJECT
from cli.drift.preview import find
from cli.errors import CommandError
from cli.session import Session
from tests.unit.cli.engine import session_with

NEW = {
    "op": "create",
    "urn": "urn:pulumi:dev::p::kubernetes:core/v1:Service::s",
    "new": {"custom": True, "inputs": {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}}},
}
SUMMARY = {"summaryEvent": {"durationSeconds": 1}}


def session(status: int, said: str, *events: dict[str, Any]) -> tuple[Session, list[list[str]]]:
    """Return a session whose engine sends these events in a preview."""

    def answer(arguments: Sequence[str]) -> tuple[int, str, str]:
        address = arguments[arguments.index("--event-log") + 1].removeprefix("tcp://")
        with grpc.insecure_channel(address) as channel:
            stream = (events_pb2.EventRequest(event=json.dumps(event)) for event in events)
            events_pb2_grpc.EventsStub(channel).StreamEvents(stream)
        return status, said, ""

    return session_with(answer)


def test_one_call_of_the_engine_compares_with_the_live_objects() -> None:
    opened, calls = session(0, "", {"resourcePreEvent": {"metadata": NEW}}, SUMMARY)
    (line,) = find(opened)
    assert (line.kind, line.name, line.field, line.cause) == ("Service", "s", OBJECT, "settings")
    (arguments,) = calls
    assert arguments[0] == "preview"
    assert {"--refresh", "--suppress-outputs"} <= set(arguments)
    assert arguments[arguments.index("--stack") + 1] == "dev"


def test_errors_of_the_engine_are_told_in_its_words() -> None:
    error = {"diagnosticEvent": {"severity": "error", "message": "ollama.gpu.cuont: unknown key"}}
    with pytest.raises(CommandError, match=r"^The preview failed: ollama.gpu.cuont: unknown key$"):
        find(session(255, "a long log", error)[0])


def test_without_events_everything_is_told() -> None:
    with pytest.raises(CommandError, match="the stack is currently locked"):
        find(session(255, "error: the stack is currently locked by 1 lock(s)")[0])


def test_an_event_that_cannot_be_read_is_no_missing_difference(capsys: pytest.CaptureFixture[str]) -> None:
    unknown = {"resourcePreEvent": {"metadata": {**NEW, "op": "hibernate", "new": {"inputs": {"key": "hidden"}}}}}
    with pytest.raises(CommandError, match=r"^Pulumi 3\.230\.0 sent events that .* cannot read") as error:
        find(session(0, "", unknown, SUMMARY)[0])
    assert "hidden" not in str(error.value) + "".join(capsys.readouterr())


def test_a_preview_without_its_last_event_is_no_answer() -> None:
    with pytest.raises(CommandError, match="only a part"):
        find(session(0, "", {"resourcePreEvent": {"metadata": NEW}})[0])
