"""The cache of built programs, and its locks between processes."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Generator
from pathlib import Path

import filelock
from rich.console import Console

CACHE_VARIABLE = "OLLAMA_LIBRECHAT_CACHE"
"""Environment variable that moves the cache to another folder."""


def cache_dir() -> Path:
    """Return the folder of everything that is built or installed once per machine.

    ``$OLLAMA_LIBRECHAT_CACHE``, else ``ollama-librechat`` in ``$XDG_CACHE_HOME`` or ``~/.cache``. Not
    created here.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().resolve()
    # The XDG specification tells programs to ignore relative values.
    base = os.environ.get("XDG_CACHE_HOME", "")
    home = Path(base) if base.startswith("/") else Path.home() / ".cache"
    return home / "ollama-librechat"


def content_key(directory: Path, *parts: str) -> str:
    """Return 16 hexadecimal digits that change with every file of a folder and every other part.

    Args:
        directory: Folder whose files (names and contents, recursively, without hidden ones) count.
        parts: Anything else that the result depends on, such as link flags or the platform.
    """
    digest = hashlib.sha256()
    for part in parts:
        digest.update(f"{len(part)}:{part}".encode())
    for path in sorted(directory.rglob("*")):
        relative = path.relative_to(directory)
        if path.is_dir() or any(name.startswith(".") for name in relative.parts):
            continue
        content = path.read_bytes()
        digest.update(f"{len(relative.as_posix())}:{relative.as_posix()}:{len(content)}:".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def locked(name: str, console: Console | None = None) -> Generator[None]:
    """Hold the machine-wide lock of a cache entry, and print a message if another process holds it.

    Args:
        name: Name of the entry, a valid file name.
        console: Console for the message; default standard error.
    """
    locks = cache_dir() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    with lock_file(locks / f"{name}.lock", f"Another process is preparing {name}; waiting for it.", console):
        yield


@contextlib.contextmanager
def lock_file(path: Path, waiting: str, console: Console | None = None) -> Generator[None]:
    """Hold the lock on a file; the operating system releases it when its holder dies.

    Args:
        path: The file; created if it is missing, in a folder that exists.
        waiting: Message to print if another process holds the lock.
        console: Console for the message; default standard error.
    """
    lock = filelock.FileLock(path)
    acquire: Callable[..., object] = lock.acquire  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    try:
        acquire(timeout=0)
    except filelock.Timeout:
        (console or Console(stderr=True)).print(waiting, highlight=False)
        acquire()
    try:
        yield
    finally:
        lock.release()
