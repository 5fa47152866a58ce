"""The thread that watches the cluster while the engine works."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from urllib3.exceptions import HTTPError

from cli import watch
from cli.diagnosis import Live
from cli.handover import ReleaseWatch
from cli.rollout import LASTING, Judge
from cli.watch import Watch
from tests.unit.cli import test_handover
from tests.unit.cli.test_rollout import WEB, Clock, crashing, event, web

EMPTY = Live([], [], [], [])
BEGUN = event("resourcePreEvent", "create", "kubernetes:apps/v1:Deployment", "web")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.json"
    path.write_text(json.dumps(BEGUN) + "\n" + '{"half of a li')
    return path


def watching(log: Path, reader: Callable[[str], Live], clock: Clock, releases: ReleaseWatch | None = None) -> Watch:
    return Watch(["ns", "elsewhere"], reader, log, releases or ReleaseWatch([], reader), Judge(clock))


def in_ns(found: Live) -> Callable[[str], Live]:
    return lambda namespace: found if namespace == "ns" else EMPTY


def test_the_engine_is_interrupted_once_when_it_waits_for_what_cannot_become_ready(log: Path) -> None:
    clock, interrupts = Clock(), list[str]()
    one = watching(log, in_ns(web(crashing())), clock)
    one.look()
    clock.now += LASTING
    one.look()
    assert one.verdict is None, "the engine does not run"
    one.started(lambda: interrupts.append("SIGINT"))
    for _ in range(3):
        one.look()
    assert interrupts == ["SIGINT"], "a second one would end it at once"
    assert one.verdict is not None
    assert one.verdict.target == WEB


def test_it_is_left_alone_when_it_has_ended_the_step(log: Path) -> None:
    clock, interrupts = Clock(), list[str]()
    one = watching(log, in_ns(web(crashing())), clock)
    one.started(lambda: interrupts.append("SIGINT"))
    one.look()
    ended = event("resOutputsEvent", "create", "kubernetes:apps/v1:Deployment", "web")
    log.write_text(f"{json.dumps(BEGUN)}\n{json.dumps(ended)}\n")
    clock.now += LASTING
    one.look()
    log.unlink()  # between two operations
    one.look()
    assert interrupts == []


def test_it_looks_while_an_operation_runs_and_outlives_a_cluster_that_is_away(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "INTERVAL_SECONDS", 0.001)
    log.write_text("")
    answers: list[Live | Exception] = [HTTPError("away"), test_handover.live(test_handover.crashing())]

    def read(_: str) -> Live:
        answer = answers.pop(0) if answers else EMPTY
        if isinstance(answer, Exception):
            raise answer
        return answer

    releases = ReleaseWatch([test_handover.SERVER], lambda _: EMPTY)
    one = Watch(["ns"], read, log, releases, Judge(Clock()))
    with one:
        for _ in range(5000):
            if not answers:
                break
            time.sleep(0.001)
    assert not answers
    assert [problem.reason for _, problem in releases.removed_problems({"ollama-release"})] == ["CrashLoopBackOff"]
    assert not one._thread.is_alive()


def test_the_cluster_is_asked_before_the_log(log: Path) -> None:
    """Otherwise a pod of a step that begins in between would count as an earlier one."""
    clock, interrupts = Clock(), list[str]()
    log.write_text("")

    def read(namespace: str) -> Live:
        log.write_text(json.dumps(BEGUN) + "\n")
        return in_ns(web(crashing(5)))(namespace)

    one = watching(log, read, clock)
    one.started(lambda: interrupts.append("SIGINT"))
    one.look()
    clock.now += LASTING
    one.look()
    assert interrupts == ["SIGINT"]
