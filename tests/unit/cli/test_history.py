"""Revisions: what of the engine's history a person sees."""

import json
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

import pytest

from cli import history
from cli.history import parse
from cli.session import Session, who


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
    bare = {
        key: value for key, value in entry().items() if key not in {"result", "endTime", "resourceChanges", "config"}
    }
    (found,) = parse([{**bare, "environment": {}, "message": ""}])
    assert (found.commit, found.who, found.result, found.changes_text) == ("", "", "in-progress", "none")
    assert (found.seconds, found.took) == (None, "-")


def test_machines_get_everything_but_the_settings() -> None:
    (found,) = parse([entry()])
    document = json.loads(json.dumps(found.as_json()))
    assert document["revision"] == 1
    assert document["changes"] == {"create": 3, "same": 5, "update": 1}
    assert "config" not in document
    assert "secret" not in repr(found)


def test_every_page_is_read_and_no_secret_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [[entry(message=f"{number}") for number in range(3)], [entry(message="oldest")], []]
    asked: list[Sequence[str]] = []

    def output(_: Session, arguments: Sequence[str], text: str = "") -> str:
        assert not text
        asked.append(arguments)
        return json.dumps(pages[len(asked) - 1])

    monkeypatch.setattr(Session, "output", output)
    found = history.read(object.__new__(Session))
    assert [one.message for one in found] == ["oldest", "2", "1", "0"]
    assert all("--show-secrets=false" in arguments for arguments in asked)


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
