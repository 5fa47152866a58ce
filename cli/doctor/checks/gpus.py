"""Checks that the cluster has the GPUs that the stack requests."""

from collections.abc import Iterator
from decimal import Decimal

from cli.doctor.checks.nodes import places
from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts
from cli.doctor.needs import Needs
from components.settings.findings import Finding


def allocatable(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that the requested GPUs are allocatable and free."""
    if facts.nodes is None:
        return
    for resource in sorted({key for pod in needs.pods for key in pod.requests if "/" in key}):
        holders = [pod for pod in needs.pods if resource in pod.requests]
        asked = sum((pod.requests[resource] * pod.count for pod in holders), Decimal(0))
        nodes = {node.name: node for pod in holders for node in places(pod, facts.nodes)}.values()
        there = sum((node.allocatable.get(resource, Decimal(0)) for node in nodes), Decimal(0))
        taken = sum(((node.used or {}).get(resource, Decimal(0)) for node in nodes), Decimal(0))
        largest = max((node.allocatable.get(resource, Decimal(0)) for node in nodes), default=Decimal(0))
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
