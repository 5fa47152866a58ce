"""Locks of the engine's file backend: who works on a stack, and which locks a killed engine left behind.

The engine writes a file for each operation and removes it at the end; a killed one leaves it, and every later command
is refused. Other backends keep locks where only the engine reaches them: `pulumi cancel`.
"""

import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from urllib.parse import urlsplit

import psutil

from cli.errors import CommandError

CLOCK_TICK = 2.0
"""Seconds by which a process may seem to have started after the lock that it wrote: both clocks are rounded."""


@dataclass(frozen=True)
class Lock:
    """A lock on a stack.

    path: its file.
    pid, user, host: the engine that holds it.
    since: when it was taken.
    """

    path: Path
    pid: int
    user: str
    host: str
    since: datetime

    def describe(self) -> str:
        """Say who holds it, since when."""
        return f"{self.user}@{self.host}, process {self.pid}, since {self.since.astimezone():%Y-%m-%d %H:%M:%S}"


def file_backend(url: str) -> Path | None:
    """Give the directory of a file backend; None for any other backend.

    url: PULUMI_BACKEND_URL, for example `file:///srv/state` or `file://~`.
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    return Path(parts.netloc + parts.path).expanduser()


def read_locks(directory: Path, project: str, stack: str) -> list[Lock]:
    """Give the locks on a stack of a file backend, the oldest first.

    directory: where the backend is.
    """
    # `organization` is the only organization that a file backend knows.
    folder = directory / ".pulumi" / "locks" / "organization" / project / stack
    # The bucket library keeps attributes of each file beside it.
    found = [lock for path in folder.glob("*.json") if (lock := _read(path))]
    return sorted(found, key=lambda lock: lock.since)


def _read(path: Path) -> Lock | None:
    try:
        content = json.loads(path.read_text())
        since = _time(content["timestamp"])
        return Lock(path, int(content["pid"]), str(content["username"]), str(content["hostname"]), since)
    except FileNotFoundError:  # its engine ended just now
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"The lock {path} cannot be read ({type(error).__name__}). If nobody works on the stack, remove that file."
        ) from error


def _time(text: str) -> datetime:
    """Read a time as the engine writes it, with nanoseconds, which Python does not know."""
    whole, _, fraction = text.partition(".")
    zone = fraction.lstrip("0123456789") if fraction else ""
    return datetime.fromisoformat((whole + zone).replace("Z", "+00:00"))


def holder_lives(lock: Lock, process: Callable[[int], psutil.Process] = psutil.Process) -> bool:
    """Tell whether the engine that took a lock may still run; of another host nobody here knows, so it may.

    process: gives a process of this host.
    """
    if lock.host != socket.gethostname():
        return True
    try:
        found = process(lock.pid)
        started = datetime.fromtimestamp(found.create_time(), timezone.utc)
        zombie = found.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    # A process that started after the lock was taken has only got the number of the one that took it.
    return not zombie and (started - lock.since).total_seconds() < CLOCK_TICK


def remove_stale(locks: list[Lock], tell: Callable[[str], None]) -> list[Lock]:
    """Remove the locks whose engine was killed on this host, say so, and give those that are left."""
    left: list[Lock] = []
    for lock in locks:
        if holder_lives(lock):
            left.append(lock)
            continue
        lock.path.unlink(missing_ok=True)
        Path(f"{lock.path}.attrs").unlink(missing_ok=True)
        tell(f"removed the lock of an operation that was killed ({lock.describe()})")
    return left


def refusal(stack: str, locks: list[Lock]) -> CommandError:
    """Give the error for a stack that somebody else works on: who, since when, and how to go on."""
    holders = "; ".join(lock.describe() for lock in locks)
    here = any(lock.host == socket.gethostname() for lock in locks)
    where = "that process is gone" if here else f"nothing runs there any more ({locks[0].host} is another host)"
    return CommandError(
        f"Somebody works on the stack {stack}: {holders}. Nothing was changed. Wait until it is done; "
        f"if {where}, break the lock: make unlock STACK={stack}"
    )


def refuse_running(locks: list[Lock]) -> None:
    """Refuse to break the lock of an engine that runs on this host.

    Raises CommandError naming it.
    """
    for lock in locks:
        if lock.host == socket.gethostname() and holder_lives(lock):
            raise CommandError(
                f"That operation is running: {lock.describe()}. Wait until it is done, or end it: kill -INT {lock.pid} "
                "lets it finish what it has begun, and it removes its lock itself."
            )


def settle(url: str, project: str, stack: str, tell: Callable[[str], None]) -> list[Lock]:
    """Remove what a killed operation left in a file backend, say so, and give the locks of those who work on the stack.

    url: PULUMI_BACKEND_URL; of other backends nothing is known here.
    """
    directory = file_backend(url)
    if directory is None:
        return []
    left = remove_stale(read_locks(directory, project, stack), tell)
    if not left:
        for path in half_written(directory, project, stack):
            path.unlink(missing_ok=True)
            tell(f"removed a file of the state that was half written: {path.name}")
    return left


def half_written(directory: Path, project: str, stack: str) -> list[Path]:
    """Give the files that a killed engine had begun to write.

    The state itself is always whole: it is renamed into its place. Not so the attributes (content type, checksum) that
    the bucket library keeps beside each file, without which it reads a file well, while half of them let it refuse
    the state with "failed to load checkpoint: EOF".
    """
    base = directory / ".pulumi"
    files = [
        *(base / "stacks" / project).glob(f"{stack}.json*"),
        *(base / "history" / project / stack).glob("*"),
        *(base / "backups" / project / stack).glob("*"),
    ]
    return sorted(path for path in files if path.suffix == ".tmp" or (path.suffix == ".attrs" and not _is_json(path)))


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text())
    except ValueError:
        return False
    return True


def stack_locks(url: str, project: str, stack: str) -> list[Lock] | None:
    """Give the locks on a stack; None where the backend does not keep them in files."""
    directory = file_backend(url)
    return None if directory is None else read_locks(Path(os.path.abspath(directory)), project, stack)  # noqa: PTH100
