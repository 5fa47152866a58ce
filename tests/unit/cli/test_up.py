"""The command `up` after a failed operation: what is added to the state, and when it retries."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli import aftermath, handover, preparation, session, watch
from cli.commands.up import up
from cli.diagnosis import Live
from cli.handover import ReleaseWatch
from cli.rollout import Judge, Stuck, Target, Verdict
from cli.session import Started

KILLED = 137

Run = Callable[..., tuple[int, int]]

VERDICT = Verdict(Target("Deployment", "ns", "web"), Stuck("uid", "web-a", "main", "CrashLoopBackOff", 3), 52.4)


def nothing(_: str) -> Live:
    return Live([], [], [], [])


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command with these exit statuses of the engine in turn, where something can always be recovered."""

    def started(*statuses: int, verdict: Verdict | None = None) -> tuple[int, int]:
        left, taken = list(statuses), 0
        seen = ReleaseWatch([], nothing)
        stack = SimpleNamespace(data_protection=False, embedded_cluster=None)

        def make(_: Any, log: Path) -> watch.Watch:
            made = watch.Watch([], nothing, log, seen, Judge())
            made.verdict = verdict
            return made

        def change(_: str, arguments: list[str], started: Started) -> int:
            Path(arguments[arguments.index("--event-log") + 1]).touch(exist_ok=False)
            started(lambda: None)
            return left.pop(0)

        def take(*_: Any) -> bool:
            nonlocal taken
            taken += 1
            return True

        monkeypatch.setattr(session, "open_session", lambda *_: SimpleNamespace(stack=stack, change=change))
        monkeypatch.setattr(preparation, "prepare", lambda *_: None)
        monkeypatch.setattr(preparation, "adopt_created_objects", take)
        monkeypatch.setattr(aftermath, "explain", lambda *_: None)
        monkeypatch.setattr(watch, "watch", make)
        monkeypatch.setattr(handover, "recover_releases", lambda *_: None)
        with pytest.raises(SystemExit) as ended:
            up()
        assert not left
        return int(str(ended.value.code)), taken

    return started


def test_what_was_created_although_it_seemed_to_fail_is_taken_and_it_goes_on(run: Run) -> None:
    assert run(1, 255, 0) == (0, 2)


@pytest.mark.parametrize("status", [0, KILLED])
def test_neither_after_a_success_nor_after_a_killed_engine(run: Run, status: int) -> None:
    assert run(status) == (status, 0)


def test_neither_after_an_engine_that_was_interrupted_early_which_is_told(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(255, verdict=VERDICT) == (255, 0)
    assert "gave up early, after 52 s: Deployment ns/web cannot become ready" in capsys.readouterr().err


def test_what_became_ready_in_the_last_moment_is_a_success(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(0, verdict=VERDICT) == (0, 0)
    assert "gave up" not in capsys.readouterr().err
