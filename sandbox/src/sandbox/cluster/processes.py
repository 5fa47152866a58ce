"""Processes that outlive the command that started them, found again by verified pid files."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from sandbox.cluster.components import COMPONENTS
from sandbox.cluster.files import private_directory, write_private

KEEP_LOG = 20 * 2**20
"""Size of a log in bytes above which the next start of its program renames it."""


@dataclass(frozen=True)
class ManagedProcess:
    """One program of a cluster: its command, and the files of its pid and its log."""

    name: str
    argv: tuple[str, ...]
    pid_file: Path
    log_file: Path
    stop_within: float = 10.0
    """Seconds for a graceful shutdown."""
    launcher: Callable[[], Sequence[str]] | None = None
    """Returns the command that starts the program, for example in other namespaces. The program's arguments
    follow it; it execs the program or starts it as a child."""

    def find(self) -> psutil.Process | None:
        """Return the running process, or None if it is dead or its pid now belongs to another program.

        The command line must be the one that was started. It names the cluster's own folder, so a process
        that reuses the pid, for example after a reboot, is never mistaken for it.
        """
        try:
            record = json.loads(self.pid_file.read_text())
            process = psutil.Process(int(record["pid"]))
            alive = process.status() != psutil.STATUS_ZOMBIE and process.cmdline() == record["argv"]
        except (
            FileNotFoundError,
            ValueError,
            KeyError,
            TypeError,
            psutil.NoSuchProcess,
            psutil.AccessDenied,
        ):
            return None
        return process if alive else None

    def is_current(self, process: psutil.Process) -> bool:
        """Return whether a process runs with the current binary and flags."""
        try:
            return process.cmdline() == list(self.argv)
        except psutil.NoSuchProcess:
            return False

    def start(self) -> None:
        """Start the program in its own session, so that closing the terminal does not end it."""
        private_directory(self.log_file.parent)
        if self.log_file.exists() and self.log_file.stat().st_size > KEEP_LOG:
            self.log_file.replace(self.log_file.with_suffix(".old.log"))
        descriptor = os.open(self.log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            launcher = self.launcher() if self.launcher else ()
            process = subprocess.Popen(  # noqa: S603 - our own argument list
                [*launcher, *self.argv],
                stdin=subprocess.DEVNULL,
                stdout=descriptor,
                stderr=descriptor,
                start_new_session=True,
                cwd=self.log_file.parent,
                env=_environment(),
            )
        finally:
            os.close(descriptor)
        # Reaped by the next check (psutil waits for children), or by init once we are gone.
        process.returncode = 0
        pid = process.pid if self.launcher is None else _launched(process.pid, self.argv)
        write_private(self.pid_file, json.dumps({"pid": pid, "argv": list(self.argv)}))
        _await_arguments(pid)

    def log_tail(self, lines: int = 15) -> str:
        """Return the last lines of the log, indented; empty if there is none."""
        try:
            with self.log_file.open("rb") as file:
                file.seek(max(0, self.log_file.stat().st_size - 16 * 1024))
                text = file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(f"    {line[:300]}" for line in text.splitlines()[-lines:])


def _await_arguments(pid: int, within: float = 5.0) -> None:
    """Wait until the kernel shows the arguments of a new process, which takes a moment after exec."""
    deadline = time.monotonic() + within
    with contextlib.suppress(psutil.Error):
        while not psutil.Process(pid).cmdline() and time.monotonic() < deadline:
            time.sleep(0.005)


def _launched(pid: int, argv: Sequence[str], within: float = 10.0) -> int:
    """Return the process that a launcher has become or started; the launcher itself if it ended before."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        for candidate in _family(pid):
            with contextlib.suppress(psutil.Error):
                if candidate.cmdline() == list(argv):
                    return candidate.pid
        time.sleep(0.01)
    return pid


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def stop_all(processes: Iterable[ManagedProcess]) -> None:
    """Stop programs: terminate all of them, kill those that have not ended in time, and delete their pid files."""
    asked: list[tuple[ManagedProcess, psutil.Process]] = []
    for managed in processes:
        process = managed.find()
        if process is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.terminate()
            asked.append((managed, process))
        else:
            managed.pid_file.unlink(missing_ok=True)
    for managed, process in asked:
        if not _ended(process, managed.stop_within):
            kill(process)
        managed.pid_file.unlink(missing_ok=True)


def kill(process: psutil.Process) -> None:
    """Kill a process, and return when it is gone."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()
    _ended(process, within=10)


def _ended(process: psutil.Process, within: float) -> bool:
    """Wait until a process has ended, whether or not its parent has reaped it."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            # While other threads outlive the main thread, ports and files are still held.
            if process.status() == psutil.STATUS_ZOMBIE and process.num_threads() <= 1:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def strays(managed: ManagedProcess) -> Iterator[psutil.Process]:
    """Yield processes that run a program with exactly these arguments, with or without a pid file."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cmdline() == list(managed.argv):
                yield process


def orphans(directory: Path) -> list[psutil.Process]:
    """Return processes of a cluster without a pid file, as after a kill between start and writing the file.

    Args:
        directory: The cluster's folder; only its programs have a path inside it on their command line.
    """
    inside = f"{directory}{os.sep}"
    return [
        process for process in psutil.process_iter() if process.pid != os.getpid() and _is_program_of(process, inside)
    ]


def _is_program_of(process: psutil.Process, inside: str) -> bool:
    try:
        argv = process.cmdline()
    except psutil.Error:
        return False  # gone meanwhile, or of another user
    names = {component.name for component in COMPONENTS}
    return len(argv) > 1 and argv[1] in names and any(f"={inside}" in argument for argument in argv)


def missing(processes: Sequence[ManagedProcess]) -> list[ManagedProcess]:
    """Return the programs that are not running."""
    return [managed for managed in processes if managed.find() is None]


def _environment() -> dict[str, str]:
    """Return the environment of the programs, without the user's settings that could affect them."""
    return {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR", "TZ", "LANG") if key in os.environ}
