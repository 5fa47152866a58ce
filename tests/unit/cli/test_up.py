"""The command `up` after an operation that failed: what is taken into the state, and when it goes on."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from cli import aftermath, handover, preparation, session
from cli.commands.up import up

KILLED = 137

Run = Callable[..., tuple[int, int]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command with the statuses that the engine ends with in turn, where something can always be taken."""

    def started(*statuses: int) -> tuple[int, int]:
        left, taken = list(statuses), 0
        stack = SimpleNamespace(data_protection=False, embedded_cluster=None)

        def change(_: str, arguments: list[str]) -> int:
            Path(arguments[arguments.index("--event-log") + 1]).touch(exist_ok=False)
            return left.pop(0)

        def take(*_: Any) -> bool:
            nonlocal taken
            taken += 1
            return True

        monkeypatch.setattr(session, "open_session", lambda *_: SimpleNamespace(stack=stack, change=change))
        monkeypatch.setattr(preparation, "prepare", lambda *_: None)
        monkeypatch.setattr(preparation, "recover_cut_off", take)
        monkeypatch.setattr(aftermath, "explain", lambda *_: None)
        monkeypatch.setattr(handover, "watch", lambda _: handover.ReleaseWatch([], lambda _: None))
        monkeypatch.setattr(handover, "settle", lambda *_: None)
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
