"""Revisions: the parts of the engine's history that are shown."""

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from cli import history
from cli.errors import CommandError
from cli.session import who
from tests.unit.cli.engine import parse, session_with


def entry(**changes: Any) -> dict[str, Any]:
    environment = {
        "git.head": "15508e8b83889aa867cb79f05d9b8182004a77ae",
        "git.dirty": "false",
        "git.author": "Alice",
        **changes.pop("environment", {}),
    }
    return {
        "version": 0,
        "kind": "update",
        "startTime": "2026-11-23T12:02:52.000Z",
        "endTime": "2026-11-23T12:03:57.000Z",
        "message": "A title",
        "environment": environment,
        "config": {"shop:secret": {"secret": True}},
        "result": "succeeded",
        "resourceChanges": {"create": 3, "same": 5, "update": 1},
        **changes,
    }


def test_revisions_count_from_the_oldest_where_the_backend_does_not_number_them() -> None:
    found = parse([entry(message="new"), entry(message="old")])
    assert [(one.number, one.message) for one in found] == [(1, "old"), (2, "new")]


def test_the_numbers_of_a_backend_that_has_some_are_kept() -> None:
    assert [one.number for one in parse([entry(version=12), entry(version=11)])] == [11, 12]


def test_what_a_revision_says() -> None:
    (found,) = parse([entry()])
    assert found.time == datetime(2026, 11, 23, 12, 2, 52, tzinfo=timezone.utc)
    assert (found.seconds, found.took) == (65, "1m 5s")
    assert (found.short_commit, found.dirty) == ("15508e8b8388", False)
    assert found.changes_text == "+3 ~1"
    assert found.who == "Alice"


def test_uncommitted_files_and_who_ran_it_are_told() -> None:
    (found,) = parse([entry(environment={"git.dirty": "true", "exec.agent": "bob@laptop"})])
    assert found.short_commit == "15508e8b8388+uncommitted"
    assert found.who == "bob@laptop"


def test_a_revision_outside_a_repository_that_is_still_running() -> None:
    bare = {key: value for key, value in entry().items() if key not in {"endTime", "resourceChanges"}}
    (found,) = parse([{**bare, "environment": None, "message": "", "result": "in-progress"}])
    assert (found.commit, found.who, found.result, found.changes_text) == ("", "", "in-progress", "none")
    assert (found.seconds, found.took) == (None, "-")


def test_machines_get_everything_but_the_settings() -> None:
    (found,) = parse([entry()])
    document = json.loads(json.dumps(found.as_json()))
    assert document["revision"] == 1
    assert document["changes"] == {"create": 3, "same": 5, "update": 1}
    assert "config" not in document
    assert "secret" not in repr(found)


def pages(count: int) -> tuple[list[history.Revision], list[list[str]]]:
    """Read a history with this many revisions, and return the calls of the engine."""
    entries = [entry(message=f"{number}") for number in reversed(range(count))]

    def answer(arguments: Sequence[str]) -> tuple[int, str, str]:
        size, page = (int(arguments[arguments.index(option) + 1]) for option in ("--page-size", "--page"))
        return 0, json.dumps(entries[size * (page - 1) : size * page]), ""

    session, calls = session_with(answer)
    return history.read(session), calls


@pytest.mark.parametrize(("count", "calls"), [(0, 1), (1, 1), (99, 1), (100, 2), (101, 2), (250, 3)])
def test_every_revision_is_read_with_no_call_too_many_and_no_secret(count: int, calls: int) -> None:
    found, asked = pages(count)
    assert [one.message for one in found] == [f"{number}" for number in range(count)]
    assert len(asked) == calls
    for arguments in asked:
        assert arguments[:2] == ["stack", "history"]
        assert arguments[arguments.index("--stack") + 1] == "dev"
        assert "--show-secrets" not in arguments


def test_what_the_engine_says_is_told_without_its_output() -> None:
    session, _ = session_with(lambda _: (255, "in clear text", "error: no stack named 'dev' found"))
    with pytest.raises(CommandError, match=r"^error: no stack named 'dev' found$"):
        history.read(session, show_secrets=True)


def test_who_is_the_person_or_whoever_started_the_workflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "laptop")
    monkeypatch.setattr("getpass.getuser", lambda: "alice")
    assert who({}) == "alice@laptop"
    assert who({"GITHUB_ACTOR": "bob"}) == "bob@laptop"


def test_a_stack_is_broken_since_the_first_failure_after_the_last_success() -> None:
    def at(minute: int, result: str) -> dict[str, Any]:
        return entry(startTime=f"2026-11-23T12:{minute:02}:00.000Z", result=result)

    found = parse([at(4, "failed"), at(3, "failed"), at(2, "succeeded"), at(1, "failed")])
    assert history.broken_since(found) == found[2].time
    assert history.broken_since(found[:1]) == found[0].time
    assert history.broken_since(found[:2]) > found[3].time
    refreshed = parse([{**at(5, "succeeded"), "kind": "refresh"}, at(4, "failed"), at(3, "succeeded")])
    assert history.broken_since(refreshed) == refreshed[1].time
