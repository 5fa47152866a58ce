"""Is there a node for each pod: with room, its devices, and a CPU that its program runs on?"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts, Node
from cli.doctor.needs import Needs, Pod
from components.settings.findings import Finding

_NFD = "feature.node.kubernetes.io/cpu-cpuid."
"""Begin of the labels that Node Feature Discovery gives a node, one for each feature of its CPU."""

_NOT_SEEN = diagnosis(
    "unknown",
    "nodes",
    "the user may not list nodes",
    "a pod that fits on no node stays Pending, and `up` fails at its deadline",
    "let the user list nodes, or ask who may",
)


def room(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Is there a node that each pod fits on, as far as CPU, memory, selectors and taints go?"""
    if facts.nodes is None:
        yield _NOT_SEEN
        return
    refused = False
    for pod in needs.pods:
        usual = {key: amount for key, amount in pod.requests.items() if "/" not in key}
        places = _places(pod, facts.nodes)
        if any(_fits(usual, node.allocatable) for node in places):
            continue
        refused = True
        asked = ", ".join(f"{key} {_written(key, amount)}" for key, amount in sorted(usual.items()))
        yield diagnosis(
            "error",
            "nodes",
            f"no node has room for {pod.owner}, which asks for {asked}"
            if places
            else f"no node takes {pod.owner}: none is Ready, fits its node selector, and has only taints it tolerates",
            "the pod stays Pending, and `up` fails at its deadline, unless a cluster autoscaler adds a node",
            "lower its `resources.requests`, correct `pods.nodeSelector` or `pods.tolerations`, or add a node",
        )
    if not refused:
        yield ok("nodes", f"each of the {len(needs.pods)} pods fits on one of {len(facts.nodes)} nodes")


def devices(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Are the GPUs that the stack asks for allocatable, and free?"""
    if facts.nodes is None:
        return
    for resource in sorted({key for pod in needs.pods for key in pod.requests if "/" in key}):
        holders = [pod for pod in needs.pods if resource in pod.requests]
        asked = sum((pod.requests[resource] * pod.count for pod in holders), Decimal(0))
        places = {node.name: node for pod in holders for node in _places(pod, facts.nodes)}.values()
        there = sum((node.allocatable.get(resource, Decimal(0)) for node in places), Decimal(0))
        taken = sum(((node.used or {}).get(resource, Decimal(0)) for node in places), Decimal(0))
        largest = max((node.allocatable.get(resource, Decimal(0)) for node in places), default=Decimal(0))
        single = max(pod.requests[resource] for pod in holders)
        found = f"{resource}: {asked} asked for by {', '.join(pod.owner for pod in holders)}, {there} allocatable"
        if there < asked or largest < single:
            yield diagnosis(
                "error",
                "GPUs",
                found if there < asked else f"{found}, but no node has the {single} that one pod asks for",
                "the pod stays Pending, and `up` fails at its deadline, unless a cluster autoscaler adds a node",
                "install the vendor's device plugin, correct `ollama.gpu.vendor` or `ollama.gpu.resourceName`, or "
                "lower `ollama.gpu.count`; 0 runs on the CPU",
            )
        elif there - taken < asked:
            yield diagnosis(
                "error",
                "GPUs",
                f"{found}, of which pods of other namespaces hold {taken}",
                "the pod stays Pending until one is given back, and `up` fails at its deadline",
                "end one of those pods, or lower `ollama.gpu.count`",
            )
        else:
            yield ok("GPUs", found)


def avx(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Has the CPU of MongoDB's node AVX, without which it does not run on amd64 (MongoDB's Production Notes)?"""
    if facts.nodes is None or not needs.mongodb:
        return
    places = [node for node in _places(needs.mongodb[0], facts.nodes) if _architecture(node) == "amd64"]
    if not places:
        return
    known = [node for node in places if any(label.startswith(_NFD) for label in node.labels)]
    lacking = [node.name for node in known if f"{_NFD}AVX" not in node.labels]
    why = "MongoDB ends with `Illegal instruction` on a CPU without AVX"
    if lacking:
        yield diagnosis(
            "error" if len(lacking) == len(places) else "warning",
            "CPU",
            f"no AVX on {', '.join(lacking)}",
            f"{why}, as virtual machines with a generic CPU model have it",
            "give the virtual machines the CPU of their host, keep MongoDB away from these nodes by "
            f'`mongodb.pods.nodeSelector` (`{_NFD}AVX: "true"`), or set `mongodb.external`',
        )
    elif len(known) == len(places):
        yield ok("CPU", f"AVX on {', '.join(node.name for node in known)}")
    else:
        yield diagnosis(
            "unknown",
            "CPU",
            "the nodes' labels do not say whether their CPUs have AVX",
            why,
            "`grep -m1 -o avx /proc/cpuinfo` on a node says it, and so do the labels of Node Feature Discovery",
        )


def _architecture(node: Node) -> str:
    return node.labels.get("kubernetes.io/arch", "amd64")


def _places(pod: Pod, nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes that take a pod, whatever its size. Affinity is left to the scheduler."""
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
