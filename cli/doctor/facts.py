"""What was found in a cluster. A fact that the user is not allowed to read is None."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cli.doctor.needs import Amounts, Kind


@dataclass(frozen=True)
class Permission:
    """A request to the API server; the namespace is empty for a cluster-wide one."""

    verb: str
    group: str
    resource: str
    namespace: str

    def __str__(self) -> str:
        """Return the request as in `kubectl auth can-i`."""
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{self.verb} {resource}" + (f" in {self.namespace}" if self.namespace else "")


@dataclass(frozen=True)
class Node:
    """A node.

    Attributes:
        allocatable: Resources available to pods.
        used: Requests of pods outside the stack's namespaces; None if they may not be listed.
        kubelet: Version of its kubelet.
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
    """A DaemonSet in any namespace.

    Attributes:
        arguments: Arguments of all its containers.
    """

    namespace: str
    name: str
    arguments: Sequence[str]


@dataclass(frozen=True)
class Namespace:
    """An existing namespace."""

    labels: Mapping[str, str]
    terminating: bool


@dataclass(frozen=True)
class Facts:
    """What was found in a cluster.

    Attributes:
        version: Version of the server.
        missing_kinds: Kinds that the server does not know.
        denied: What the user may not do; None if the server does not say.
        namespaces: Existing namespaces of the stack.
        deployed: Namespaces that this stack has deployed, from its state; None if reading the state needs an engine.
        gateways: Name of the GatewayClass of each existing Gateway that the stack refers to, by namespace and name.
        pod_security: Whether Pod Security admission is enabled.
        fs_group_policies: `fsGroupPolicy` of each CSIDriver, by the driver's name.
        existing: Keys of referenced objects, by kind, namespace and name. Missing objects are absent; None stands for
            those that the user is not allowed to read.
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
