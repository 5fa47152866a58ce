"""What is told about a cluster."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["running", "degraded", "stopped", "missing"]


@dataclass(frozen=True)
class ProcessStatus:
    """One program of a cluster."""

    name: str
    pid: int | None
    """Process number, or None if it is not running."""
    memory: int
    """Memory in bytes, 0 if it is not running: on Linux with its share of what the programs have in common,
    elsewhere with all of it."""


@dataclass(frozen=True)
class ClusterStatus:
    """A cluster as it is now."""

    name: str
    state: State
    """`running`: every program is, and the API server is ready; `degraded`: only some; `stopped`: none, but
    the data is there; `missing`: there is no such cluster."""
    directory: Path
    kubeconfig: Path
    server: str | None
    """Address of the API server; None if the cluster is missing."""
    processes: tuple[ProcessStatus, ...]
    nodes: tuple[int, int]
    """Ready nodes and all nodes; zeros unless running."""
