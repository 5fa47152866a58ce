"""Options of an embedded cluster."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.errors import SandboxError

MOST_NODES = 5000
"""Upstream's tested limit (https://kubernetes.io/docs/setup/best-practices/cluster-large/)."""


@dataclass(frozen=True)
class ClusterOptions:
    """Size of a cluster."""

    nodes: int = 2
    """Nodes without a GPU."""
    gpu_nodes: int = 1
    """Nodes with NVIDIA GPUs, tainted ``nvidia.com/gpu=present:NoSchedule`` as managed clusters do."""
    gpus: int = 4
    """GPUs (``nvidia.com/gpu``) of each GPU node."""
    real_node: bool = False
    """Whether there is a node whose pods have containers: on Linux, as root."""
    images: tuple[str, ...] = ()
    """Images that are built for the real node, each as ``NAME=REFERENCE``: a known image, and its
    reference."""
    image_folder: str = ""
    """Folder with OCI archives that the real node loads too; empty for none."""

    def __post_init__(self) -> None:
        for field, least, most in (("nodes", 0, MOST_NODES), ("gpu_nodes", 0, MOST_NODES), ("gpus", 1, 16)):
            value = getattr(self, field)
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise SandboxError(f"{field}: {value!r} is not a whole number from {least} to {most}.")
        if self.nodes + self.gpu_nodes == 0 and not self.real_node:
            raise SandboxError("nodes and gpu_nodes are both 0: a cluster needs a node to put pods on.")

    def to_json(self) -> dict[str, Any]:
        """Return the options as plain data."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ClusterOptions":
        """Return the options from plain data; keys of other versions are ignored.

        Raises:
            SandboxError: A value is out of range.
        """
        known = {field.name for field in fields(cls)}
        given: dict[str, Any] = {key: value for key, value in data.items() if key in known}
        given["images"] = tuple(given.get("images", ()))
        return cls(**given)


def checked_name(name: str) -> str:
    """Return the name of a cluster if it is a DNS label: it becomes the name of a folder.

    Raises:
        SandboxError: It is not a DNS label.
    """
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", name):
        raise SandboxError(
            f"cluster name {name!r}: use at most 40 lower-case letters, digits and dashes, "
            "beginning and ending with a letter or digit."
        )
    return name
