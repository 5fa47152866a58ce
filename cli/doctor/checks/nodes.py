"""Checks that each pod fits on a node."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts, Node
from cli.doctor.needs import Needs, Pod
from components.settings.findings import Finding

_NOT_SEEN = diagnosis(
    "unknown",
    "nodes",
    "the user may not list nodes",
    "a pod that fits on no node stays Pending, and `up` fails at its deadline",
    "let the user list nodes, or ask who may",
)


def room(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that each pod fits on a node by CPU, memory, node selector and taints."""
    if facts.nodes is None:
        yield _NOT_SEEN
        return
    refused = False
    for pod in needs.pods:
        usual = {key: amount for key, amount in pod.requests.items() if "/" not in key}
        fitting = places(pod, facts.nodes)
        if any(_fits(usual, node.allocatable) for node in fitting):
            continue
        refused = True
        asked = ", ".join(f"{key} {_written(key, amount)}" for key, amount in sorted(usual.items()))
        yield diagnosis(
            "error",
            "nodes",
            f"no node has room for {pod.owner}, which asks for {asked}"
            if fitting
            else f"no node takes {pod.owner}: none is Ready, fits its node selector, and has only taints it tolerates",
            "the pod stays Pending, and `up` fails at its deadline, unless a cluster autoscaler adds a node",
            "lower its `resources.requests`, correct `pods.nodeSelector` or `pods.tolerations`, or add a node",
        )
    if not refused:
        yield ok("nodes", f"each of the {len(needs.pods)} pods fits on one of {len(facts.nodes)} nodes")


def places(pod: Pod, nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes that accept a pod, regardless of its requests. Affinity is left to the scheduler."""
    selector: Mapping[str, str] = pod.spec.get("nodeSelector", {})
    tolerations = pod.spec.get("tolerations", [])
    return [
        node
        for node in nodes
        if node.schedulable
        and selector.items() <= node.labels.items()
        and all(_tolerated(taint, tolerations) for taint in node.taints if taint["effect"] != "PreferNoSchedule")
    ]


def _tolerated(taint: Mapping[str, Any], tolerations: list[Mapping[str, Any]]) -> bool:
    return any(
        one.get("effect", taint["effect"]) == taint["effect"]
        and one.get("key", taint["key"]) == taint["key"]
        and (one.get("operator") == "Exists" or one.get("value", "") == taint.get("value", ""))
        for one in tolerations
    )


def _fits(requests: Mapping[str, Decimal], room: Mapping[str, Decimal]) -> bool:
    return all(room.get(key, Decimal(0)) >= amount for key, amount in requests.items() if key in {"cpu", "memory"})


def _written(key: str, amount: Decimal) -> str:
    return f"{amount / 2**30:.3g}Gi" if key == "memory" else f"{amount:.3g}"
