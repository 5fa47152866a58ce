"""The engine's event log, complete and as a killed engine leaves it."""

import json
import signal
from pathlib import Path

import pytest

from cli import event_log
from cli.session import was_killed

EVENTS = [{"sequence": number, "diagnosticEvent": {"message": "two\u2028lines"}} for number in range(3)]
TEXT = "".join(f"{json.dumps(event)}\n" for event in EVENTS)


def test_no_log_has_no_events(tmp_path: Path) -> None:
    assert event_log.read(tmp_path / "events.json") == []


@pytest.mark.parametrize("left", range(len(TEXT) + 1))
def test_a_line_without_an_end_is_no_event(tmp_path: Path, left: int) -> None:
    log = tmp_path / "events.json"
    log.write_text(TEXT[:left])
    assert event_log.read(log) == EVENTS[: TEXT[:left].count("\n")]


def test_a_character_that_is_cut_off_too(tmp_path: Path) -> None:
    log = tmp_path / "events.json"
    log.write_bytes(TEXT.encode() + '{"message": "ü'.encode()[:-1])
    assert event_log.read(log) == EVENTS


def test_a_line_of_the_log_ends_where_the_engine_says(tmp_path: Path) -> None:
    log = tmp_path / "events.json"
    log.write_text(json.dumps(EVENTS[0], ensure_ascii=False) + "\n")
    assert event_log.read(log) == EVENTS[:1]


@pytest.mark.parametrize(
    ("status", "killed"), [(0, False), (1, False), (255, False), (128 + signal.SIGKILL, True), (128 + 64, True)]
)
def test_what_a_signal_ended(status: int, killed: bool) -> None:
    assert was_killed(status) is killed
