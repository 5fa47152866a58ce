"""What was found in a cluster. A fact that the user may not look at is None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.doctor.needs import Amounts, Kind


@dataclass(frozen=True)
class Permission:
    """A request to the API server; the namespace of a cluster-wide one is empty."""

    verb: str
    group: str
    resource: str
    namespace: str

    def __str__(self) -> str:
        """Write it as in `kubectl auth can-i`."""
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {resource}" + (f" in {self.namespace}" if self.namespace else "")


@dataclass(frozen=True)
class Node:
    """A node.

    allocatable: what pods may use of it.
    used: what pods of other namespaces than the stack's ask for; None where they may not be listed.
    kubelet: version of its kubelet.
    """

    name: str
    schedulable: bool
    labels: Mapping[str, str]
    taints: Sequence[Mapping[str, Any]]
    allocatable: Amounts
    used: Amounts | None
    kubelet: str


@dataclass(frozen=True)
class StorageClass:
    """A StorageClass."""

    name: str
    default: bool
    expands: bool
    provisioner: str


@dataclass(frozen=True)
class IngressClass:
    """An IngressClass."""

    name: str
    default: bool
    controller: str


@dataclass(frozen=True)
class DaemonSet:
    """A DaemonSet of any namespace.

    arguments: arguments of all its containers.
    """

    namespace: str
    name: str
    arguments: Sequence[str]


@dataclass(frozen=True)
class Namespace:
    """A namespace that is there already."""

    labels: Mapping[str, str]
    terminating: bool


@dataclass(frozen=True)
class Facts:
    """What was found.

    version: version of the server.
    missing_kinds: kinds that the server does not know.
    denied: what the user may not do; None where the server does not say.
    namespaces: namespaces of the stack that are there.
    deployed: namespaces that this stack has deployed by its state; None where that cannot be read without an engine.
    gateways: Gateways that the stack names and that are there, by namespace and name, with the name of their class.
    pod_security: whether Pod Security admission is on.
    fs_group_policies: what each CSIDriver says of a pod's `fsGroup`, by the name of the driver.
    existing: keys of what has to be there already, by kind, namespace and name; what is not there is absent, and None
        stands for what the user may not look at.
    """

    version: str
    missing_kinds: frozenset[Kind] = frozenset()
    denied: Sequence[Permission] | None = ()
    namespaces: Mapping[str, Namespace] | None = field(default_factory=dict[str, Namespace])
    deployed: frozenset[str] | None = frozenset()
    nodes: Sequence[Node] | None = ()
    storage_classes: Sequence[StorageClass] | None = ()
    fs_group_policies: Mapping[str, str] | None = field(default_factory=dict[str, str])
    ingress_classes: Sequence[IngressClass] | None = ()
    gateways: Mapping[tuple[str, str], str] | None = field(default_factory=dict[tuple[str, str], str])
    gateway_classes: frozenset[str] | None = frozenset()
    pod_security: bool | None = None
    daemon_sets: Sequence[DaemonSet] | None = ()
    existing: Mapping[tuple[str, str, str], frozenset[str] | None] = field(
        default_factory=dict[tuple[str, str, str], "frozenset[str] | None"]
    )
