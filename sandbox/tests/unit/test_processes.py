"""Processes: found by what they are, not by a number alone."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.cluster.processes import KEEP_LOG, ManagedProcess, missing, orphans, stop_all, strays

SLEEP = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
)


def _managed(folder: Path, script: str = SLEEP, stop_within: float = 10.0) -> ManagedProcess:
    (folder / "pids").mkdir(exist_ok=True)
    return ManagedProcess(
        "sleeper",
        (sys.executable, "-c", script, str(folder)),
        folder / "pids" / "sleeper",
        folder / "logs" / "sleeper.log",
        stop_within,
    )


@pytest.fixture
def managed(tmp_path: Path) -> Iterator[ManagedProcess]:
    process = _managed(tmp_path)
    yield process
    stop_all([process])


def _wait_until_up(process: ManagedProcess) -> None:
    deadline = time.monotonic() + 20
    while "up" not in process.log_tail():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_started_process_is_found_and_stopped(managed: ManagedProcess) -> None:
    assert missing([managed]) == [managed]
    managed.start()
    found = managed.find()
    assert found is not None
    assert managed.is_current(found)
    assert os.getsid(found.pid) != os.getsid(0), "closing the terminal would end it"
    stop_all([managed])
    assert managed.find() is None
    assert not managed.pid_file.exists()


def test_pid_and_log_are_private(managed: ManagedProcess) -> None:
    managed.start()
    _wait_until_up(managed)
    assert stat.S_IMODE(managed.pid_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(managed.log_file.stat().st_mode) == 0o600


def test_killed_process_is_missing_although_its_pid_file_stays(managed: ManagedProcess) -> None:
    managed.start()
    found = managed.find()
    assert found is not None
    os.kill(found.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while managed.find() is not None:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert managed.pid_file.exists()


def test_stranger_with_the_number_of_a_dead_one_is_neither_found_nor_killed(managed: ManagedProcess) -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEP], stdout=subprocess.DEVNULL) as stranger:
        managed.pid_file.write_text(json.dumps({"pid": stranger.pid, "argv": list(managed.argv)}))
        assert managed.find() is None
        stop_all([managed])
        assert stranger.poll() is None
        assert not managed.pid_file.exists()
        stranger.kill()


@pytest.mark.parametrize("content", ["", "12", "{}", '{"pid": "x", "argv": []}', '{"pid": 0, "argv": []}', "[]"])
def test_broken_pid_file_counts_as_no_process(managed: ManagedProcess, content: str) -> None:
    managed.pid_file.write_text(content)
    assert managed.find() is None


def test_process_with_other_flags_is_not_current(managed: ManagedProcess, tmp_path: Path) -> None:
    managed.start()
    found = managed.find()
    assert found is not None
    assert not _managed(tmp_path, SLEEP + "  # newer").is_current(found)


def test_what_does_not_end_is_killed(tmp_path: Path) -> None:
    stubborn = _managed(tmp_path, STUBBORN, stop_within=0.2)
    stubborn.start()
    _wait_until_up(stubborn)
    stop_all([stubborn])
    assert stubborn.find() is None


def test_long_log_is_put_aside(managed: ManagedProcess) -> None:
    managed.log_file.parent.mkdir()
    managed.log_file.write_bytes(b"x" * (KEEP_LOG + 1))
    managed.start()
    _wait_until_up(managed)
    assert managed.log_file.stat().st_size < 100
    assert managed.log_file.with_suffix(".old.log").stat().st_size == KEEP_LOG + 1


def test_orphan_is_a_program_of_this_cluster_only(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine", tmp_path / "mine-too"
    for name in ("etcd", "editor"):
        (tmp_path / name).write_text(SLEEP)
    commands = {
        "orphan": ["etcd", f"--data-dir={mine}/etcd"],
        "another cluster's": ["etcd", f"--data-dir={other}/etcd"],
        "another program": ["editor", f"--data-dir={mine}/etcd"],
    }
    started = {
        name: subprocess.Popen([sys.executable, *command], cwd=tmp_path, stdout=subprocess.PIPE, text=True, bufsize=1)
        for name, command in commands.items()
    }
    try:
        for process in started.values():
            assert process.stdout is not None
            assert process.stdout.readline() == "up\n"
        assert [process.pid for process in orphans(mine)] == [started["orphan"].pid]
    finally:
        for process in started.values():
            process.kill()
            process.communicate()


@pytest.mark.parametrize("launcher", [["env", "A=b"], ["sh", "-c", '"$@"; true', "sh"]], ids=["becomes it", "parent"])
def test_a_launched_program_is_the_one_that_is_found_and_stopped(tmp_path: Path, launcher: list[str]) -> None:
    managed = replace(_managed(tmp_path), launcher=lambda: launcher)
    managed.start()
    _wait_until_up(managed)
    found = managed.find()
    assert found is not None
    assert found.cmdline() == list(managed.argv)
    assert [process.pid for process in strays(managed)] == [found.pid]
    stop_all([managed])
    assert managed.find() is None
    assert not list(strays(managed))
