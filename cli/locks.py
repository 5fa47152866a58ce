"""Locks of the engine's file backend: who is working on a stack, and which locks a killed engine left behind.

The engine writes a lock file for each operation and removes it at the end. A killed engine leaves it, and every later
command is refused. Locks of other backends can only be removed by the engine: `pulumi cancel`.
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
"""Seconds by which a process may appear to start after writing its lock: both times are rounded."""


@dataclass(frozen=True)
class Lock:
    """A lock on a stack.

    Attributes:
        path: Its file.
        pid: Process ID of the engine that holds it.
        user: User of that process.
        host: Host of that process.
        since: When it was acquired.
    """

    path: Path
    pid: int
    user: str
    host: str
    since: datetime

    def describe(self) -> str:
        """Return who holds the lock, and since when."""
        return f"{self.user}@{self.host}, process {self.pid}, since {self.since.astimezone():%Y-%m-%d %H:%M:%S}"


def file_backend(url: str) -> Path | None:
    """Return the directory of a file backend; None for any other backend.

    Args:
        url: PULUMI_BACKEND_URL, for example `file:///srv/state` or `file://~`.
    """
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    return Path(parts.netloc + parts.path).expanduser()


def read_locks(directory: Path, project: str, stack: str) -> list[Lock]:
    """Return the locks on a stack in a file backend, oldest first.

    Args:
        directory: Directory of the backend.
        project: Name of the project.
        stack: Name of the stack.
    """
    # File backends have one organization, named `organization`.
    folder = directory / ".pulumi" / "locks" / "organization" / project / stack
    # The bucket library stores the attributes of each file in another file beside it.
    found = [lock for path in folder.glob("*.json") if (lock := _read(path))]
    return sorted(found, key=lambda lock: lock.since)


def _read(path: Path) -> Lock | None:
    try:
        content = json.loads(path.read_text())
        since = _time(content["timestamp"])
        return Lock(path, int(content["pid"]), str(content["username"]), str(content["hostname"]), since)
    except FileNotFoundError:  # its engine has just ended
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(
            f"The lock {path} cannot be read ({type(error).__name__}). "
            "If nobody is working on the stack, remove that file."
        ) from error


def _time(text: str) -> datetime:
    """Parse a time as the engine writes it, with nanoseconds, which Python does not parse."""
    whole, _, fraction = text.partition(".")
    zone = fraction.lstrip("0123456789") if fraction else ""
    return datetime.fromisoformat((whole + zone).replace("Z", "+00:00"))


def holder_lives(lock: Lock, process: Callable[[int], psutil.Process] = psutil.Process) -> bool:
    """Return whether the engine that holds a lock may still be running. On another host, it may.

    Args:
        lock: The lock.
        process: Returns a process of this host by its ID.
    """
    if lock.host != socket.gethostname():
        return True
    try:
        found = process(lock.pid)
        started = datetime.fromtimestamp(found.create_time(), timezone.utc)
        zombie = found.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
    # A process that started after the lock was acquired reuses the process ID.
    return not zombie and (started - lock.since).total_seconds() < CLOCK_TICK


def remove_stale(locks: list[Lock], tell: Callable[[str], None]) -> list[Lock]:
    """Remove the locks of engines that were killed on this host, print them, and return the remaining ones."""
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
    """Return the error for a stack that somebody else is working on: who, since when, and what to do."""
    holders = "; ".join(lock.describe() for lock in locks)
    here = any(lock.host == socket.gethostname() for lock in locks)
    where = "that process is gone" if here else f"nothing runs there any more ({locks[0].host} is another host)"
    return CommandError(
        f"Somebody works on the stack {stack}: {holders}. Nothing was changed. Wait until it is done; "
        f"if {where}, break the lock: make unlock STACK={stack}"
    )


def refuse_running(locks: list[Lock]) -> None:
    """Refuse to break the lock of a running engine on this host.

    Raises:
        CommandError: The engine is running. The message names it.
    """
    for lock in locks:
        if lock.host == socket.gethostname() and holder_lives(lock):
            raise CommandError(
                f"That operation is running: {lock.describe()}. Wait until it is done, or end it: kill -INT {lock.pid} "
                "lets it finish what it has begun, and it removes its lock itself."
            )


def remove_leftovers(url: str, project: str, stack: str, tell: Callable[[str], None]) -> list[Lock]:
    """Remove what killed operations left in a file backend, print it, and return the locks that are still held.

    Args:
        url: PULUMI_BACKEND_URL; without a file backend, nothing is done.
        project: Name of the project.
        stack: Name of the stack.
        tell: Receives what was removed.
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
    """Return files that a killed engine left incomplete.

    The state itself is always complete, because it is renamed into place. The attributes (content type, checksum) that
    the bucket library stores beside each file are not: a missing attributes file is harmless, but with an incomplete
    one the state cannot be read ("failed to load checkpoint: EOF").
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
    """Return the locks on a stack; None if the backend does not keep them in files."""
    directory = file_backend(url)
    return None if directory is None else read_locks(Path(os.path.abspath(directory)), project, stack)  # noqa: PTH100
