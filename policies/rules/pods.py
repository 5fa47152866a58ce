"""Pods and containers in resources."""

from collections.abc import Iterator, Mapping
from typing import Any

from .rule import Resource, mapping, sequence

TEMPLATES = {
    "Deployment": ("template", "spec"),
    "StatefulSet": ("template", "spec"),
    "DaemonSet": ("template", "spec"),
    "ReplicaSet": ("template", "spec"),
    "ReplicationController": ("template", "spec"),
    "Job": ("template", "spec"),
    "CronJob": ("jobTemplate", "spec", "template", "spec"),
    "Pod": (),
}
"""Path from the spec of an object of a kind to that of its pods."""


def pod_spec(resource: Resource) -> Mapping[str, Any] | None:
    """Return the spec of a resource's pods; None if it has none."""
    if not resource.is_kubernetes or resource.kind not in TEMPLATES:
        return None
    spec = resource.spec
    for key in TEMPLATES[resource.kind]:
        spec = mapping(spec.get(key))
    return spec


def containers(resource: Resource) -> Iterator[Mapping[str, Any]]:
    """Return the containers of a resource's pods, including init containers."""
    spec = pod_spec(resource) or {}
    for key in ("initContainers", "containers"):
        yield from map(mapping, sequence(spec.get(key)))


def resources_of(container: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the requests or limits of a container."""
    return mapping(mapping(container.get("resources")).get(key))
