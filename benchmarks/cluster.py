"""The API server of a run and its objects."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.commands import Done, run
from benchmarks.contenders.base import NAMESPACES
from sandbox.cluster.cluster import Cluster
from sandbox.cluster.program import binary


@dataclass(frozen=True)
class Kubectl:
    """kubectl of the embedded cluster's version.

    Attributes:
        program: Binary that contains kubectl.
        kubeconfig: Kubeconfig of the cluster.
    """

    program: Path
    kubeconfig: Path

    def run(self, *arguments: str, expected: Sequence[int] = (0,)) -> Done:
        """Run kubectl."""
        env = {**os.environ, "KUBECONFIG": str(self.kubeconfig)}
        return run([self.program, "kubectl", *arguments], self.kubeconfig.parent, env, expected=expected)

    def items(self, *arguments: str) -> list[dict[str, Any]]:
        """Return the objects that `kubectl get` lists."""
        return list(json.loads(self.run("get", *arguments, "--output", "json").output)["items"])


@dataclass(frozen=True)
class Pods:
    """The running pods.

    Attributes:
        deployment: UID of Ollama's Deployment.
        image: Image of its container.
        pods: UIDs of all pods in the namespaces.
        replicas: Replicas that its Deployment asks for.
        ready: Images of the ready containers in the namespaces.
    """

    deployment: str
    image: str
    pods: frozenset[str]
    replicas: int
    ready: frozenset[str]


def look(kubectl: Kubectl) -> Pods:
    """Read Ollama's Deployment and the pods of the namespaces."""
    (deployment,) = kubectl.items("deployments", "--namespace", "ollama")
    pods = [pod for name in NAMESPACES for pod in kubectl.items("pods", "--namespace", name)]
    running = {pod["metadata"]["uid"] for pod in pods if pod["status"].get("phase") == "Running"}
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    ready = {one["image"] for pod in pods for one in pod["status"].get("containerStatuses", []) if one["ready"]}
    return Pods(
        deployment["metadata"]["uid"],
        container["image"],
        frozenset(running),
        int(deployment["spec"]["replicas"]),
        frozenset(ready),
    )


def scale_by_hand(kubectl: Kubectl) -> None:
    """Change an object of a contender by hand, to create drift."""
    kubectl.run("scale", "deployment/ollama", "--replicas=3", "--namespace", "ollama")


def clear(kubectl: Kubectl) -> None:
    """Remove the remains of a contender, so that the next one starts from nothing."""
    own = "app.kubernetes.io/part-of=ollama-librechat"
    kubectl.run("delete", "namespace", *NAMESPACES, "--ignore-not-found")
    kubectl.run("delete", "priorityclasses", "--selector", own)
    kubectl.run("wait", "--for=delete", "persistentvolumes", "--all", "--timeout=120s")


def kubectl_of(cluster: Cluster) -> Kubectl:
    """Return kubectl for a cluster."""
    return Kubectl(binary(Console(stderr=True)), cluster.kubeconfig)
