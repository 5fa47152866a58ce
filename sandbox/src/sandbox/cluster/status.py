"""Status of a cluster."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

State = Literal["running", "degraded", "stopped", "missing"]


@dataclass(frozen=True)
class ProcessStatus:
    """One program of a cluster."""

    name: str
    pid: int | None
    """Process ID; None if it is not running."""
    memory: int
    """Memory in bytes, 0 if it is not running: on Linux with its share of the memory of several programs,
    elsewhere including all shared memory."""


@dataclass(frozen=True)
class ClusterStatus:
    """Current status of a cluster."""

    name: str
    state: State
    """`running`: every program runs and the API server is ready; `degraded`: only some run; `stopped`: none runs, but
    the data exists; `missing`: there is no such cluster."""
    directory: Path
    kubeconfig: Path
    server: str | None
    """Address of the API server; None if the cluster is missing."""
    processes: tuple[ProcessStatus, ...]
    nodes: tuple[int, int]
    """Ready nodes and all nodes; zeros unless running."""
