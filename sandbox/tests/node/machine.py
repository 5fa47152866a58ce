"""What a node may leave on the machine."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from sandbox.node import cgroups

SYSCTLS = ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops", "net/ipv4/ip_forward")


@dataclass(frozen=True)
class Machine:
    """A look at the machine: what a folder's cluster has on it, and what all have in common."""

    processes: frozenset[str]
    mounts: frozenset[str]
    groups: frozenset[Path]
    links: str
    sysctls: tuple[str, ...]


def look(directory: Path) -> Machine:
    """The machine now.

    directory: the cluster's folder.
    """
    return Machine(
        processes=frozenset(
            line for process in psutil.process_iter() if str(directory) in (line := " ".join(_arguments(process)))
        ),
        mounts=frozenset(
            line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(directory) in line
        ),
        groups=frozenset(
            path for top in cgroups.hierarchies() for path in top.glob(f"ollama-librechat-{directory.name}-*")
        ),
        links=subprocess.run(["ip", "-o", "link"], capture_output=True, text=True, check=True).stdout,
        sysctls=tuple((Path("/proc/sys") / name).read_text().strip() for name in SYSCTLS),
    )


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
