"""The cgroup that holds the node's pods, in every hierarchy of the machine."""

import contextlib
import time
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
_INHERITED = ("cpuset.cpus", "cpuset.mems")
"""Files that are empty in a new cgroup of v1, in which nothing could run."""


def hierarchies(root: Path = ROOT) -> list[Path]:
    """Return the root of every hierarchy: one with cgroup v2, one for each controller with v1."""
    if (root / "cgroup.controllers").exists():
        return [root]
    # Links such as cpu -> cpu,cpuacct are the same hierarchy.
    return [path for path in sorted(root.iterdir()) if path.is_dir() and not path.is_symlink()]


def create(name: str, root: Path = ROOT) -> None:
    """Create the cgroup if it is missing."""
    for hierarchy in hierarchies(root):
        group = hierarchy / name
        with contextlib.suppress(FileExistsError):
            group.mkdir()
        for file in _INHERITED:
            own = group / file
            if own.exists() and not own.read_text().strip():
                own.write_text((hierarchy / file).read_text())


def remove(name: str, root: Path = ROOT, within: float = 10.0) -> None:
    """Remove the cgroup and its children; its processes must be dying.

    Raises:
        OSError: A process in it is still running.
    """
    deadline = time.monotonic() + within
    for hierarchy in hierarchies(root):
        group = hierarchy / name
        folders = sorted((path for path in group.rglob("*") if path.is_dir()), reverse=True)
        for folder in [*folders, group]:
            _remove(folder, deadline)


def _remove(folder: Path, deadline: float) -> None:
    while True:
        try:
            folder.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
