"""Names, addresses and folders of the real node."""

import hashlib
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from sandbox.cluster.certificates import REAL_NODE, REAL_NODE_ADDRESS
from sandbox.cluster.components import Layout

NAME = REAL_NODE
"""Name and host name of the node."""

ADDRESS = REAL_NODE_ADDRESS
"""The node's address; like all of these, it exists in the node's own network namespace only."""

GATEWAY = "10.77.0.1"
"""Target of the default route, which must exist; the address is not in use."""

POD_NETWORK = ipaddress.ip_network("10.245.0.0/24")
"""Addresses of real pods; simulated ones have others."""

REGISTRY_ADDRESS = "198.51.100.10"
"""Address of `registry.ollama.ai` (from a documentation block of RFC 5737)."""

BLOBS_ADDRESS = "198.51.100.11"
"""Address of the host that the registry redirects to."""

RUN = Path("/run")
"""Sockets and state until a reboot: the node's own tmpfs, which disappears with its last process."""

KUBELET = RUN / "kubelet"
"""kubelet's root folder as the node sees it: its sockets need a short path."""

CONTAINERD_SOCKET = RUN / "containerd" / "containerd.sock"

LONGEST_SOCKET_PATH = 107
"""Maximum length of a socket's path on Linux, in bytes."""


@dataclass(frozen=True)
class NodeLayout:
    """Paths of a cluster's real node."""

    cluster: Layout

    @property
    def directory(self) -> Path:
        """All files of the node."""
        return self.cluster.directory / "node"

    @property
    def containerd(self) -> Path:
        """Folder of images and containers."""
        return self.directory / "containerd"

    @property
    def kubelet(self) -> Path:
        """Folder that the node sees as `KUBELET`."""
        return self.directory / "kubelet"

    @property
    def volumes(self) -> Path:
        """Folder with one folder for each volume."""
        return self.directory / "volumes"

    @property
    def pod_logs(self) -> Path:
        """Folder that the node sees as `/var/log/pods`."""
        return self.directory / "pod-logs"

    @property
    def certificates(self) -> Path:
        """File that every container sees as `/etc/ssl/certs/ca-certificates.crt`."""
        return self.directory / "ca-certificates.crt"

    @property
    def registry(self) -> Path:
        """Keys and behaviour of the model registry."""
        return self.directory / "registry"

    @property
    def egress_socket(self) -> Path:
        """Socket through which the API server reaches the node's network."""
        return self.directory / "egress.sock"

    def configuration(self, name: str) -> Path:
        """Return a program's configuration file."""
        return self.directory / "configuration" / name

    @property
    def cgroup(self) -> str:
        """Name of the cgroup that holds all pods of this cluster."""
        digest = hashlib.sha256(str(self.cluster.directory).encode()).hexdigest()[:8]
        return f"ollama-librechat-{self.cluster.directory.name}-{digest}"
