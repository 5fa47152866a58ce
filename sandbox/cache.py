"""Where built parts are kept, and how two processes agree on who builds them."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
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
    """Return 16 hexadecimal digits that change whenever a file of a folder or one of the parts changes.

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
def locked(name: str, console: Console | None = None) -> Iterator[None]:
    """Hold the machine-wide lock of one cache entry, and say so when another process holds it.

    The operating system frees the lock when its holder dies, so a killed build blocks nobody.

    Args:
        name: Name of the entry, a valid file name.
        console: Where the wait is told; default standard error.
    """
    locks = cache_dir() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(locks / f"{name}.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        console = console or Console(stderr=True)
        console.print(f"Another process is preparing {name}; waiting for it.", highlight=False)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()
