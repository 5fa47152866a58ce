"""Files that only their owner can read."""

import os
import tempfile
from pathlib import Path


def private_directory(path: Path) -> Path:
    """Create a folder of mode 0700 if it is missing, and return it."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file of mode 0600 atomically."""
    data = content.encode() if isinstance(content, str) else content
    # mkstemp creates it with mode 0600, and the rename keeps that.
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
