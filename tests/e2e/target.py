"""The cluster that the tests run against: a given one, else the sandbox with a real node."""

from dataclasses import dataclass
from pathlib import Path

from components.images import Image
from components.ollama.versions import NGINX, OLLAMA
from sandbox.cluster.cluster import Cluster
from sandbox.cluster.components import Layout
from sandbox.cluster.options import ClusterOptions
from sandbox.errors import SandboxError
from sandbox.node.layout import NodeLayout
from sandbox.node.registry.behaviour import Behaviour, write

CONTEXT = "CONTEXT"
"""Environment variable with the context of a given cluster."""

MADE: dict[str, Image] = {"ollama": OLLAMA, "nginx": NGINX}
"""Images of the program that the sandbox can make, by the names that it has for them."""

OPTIONS = ClusterOptions(
    nodes=0, gpu_nodes=0, real_node=True, images=tuple(f"{name}={image}" for name, image in MADE.items())
)
"""Only the real node: nothing that a test deploys is simulated."""


@dataclass(frozen=True)
class Target:
    """A cluster.

    kubeconfig: how to reach it.
    context: the context in it.
    cluster: the sandbox's own; None for a given one.
    """

    kubeconfig: Path
    context: str
    cluster: Cluster | None = None

    @property
    def registry(self) -> Path:
        """Folder of the sandbox's registry of models."""
        assert self.cluster is not None
        return NodeLayout(Layout(self.cluster.directory, {})).registry

    def behave(self, behaviour: Behaviour) -> None:
        """Make the registry slow, frozen, dying, or healthy again."""
        write(self.registry, behaviour)


def given(environment: dict[str, str]) -> Target | None:
    """The cluster that CONTEXT names, or None."""
    context = environment.get(CONTEXT, "")
    if not context:
        return None
    file = environment.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())
    return Target(Path(file), context)


def started(cluster: Cluster) -> Target:
    """The sandbox's cluster with a real node, running.

    Raises:
        SandboxError: It does not start.
    """
    found = cluster.start(OPTIONS)
    if found.state != "running":
        raise SandboxError(f"cluster {cluster.name} is {found.state}")
    return Target(cluster.kubeconfig, cluster.context, cluster)
