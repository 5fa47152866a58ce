"""Rules on the requests and limits of containers."""

from collections.abc import Iterator

from .pods import containers, resources_of
from .rule import Resource, ResourceRule

_NEEDED = (("requests", "cpu"), ("requests", "memory"), ("limits", "memory"))


def _check(resource: Resource) -> Iterator[str]:
    for container in containers(resource):
        missing = [f"{kind}.{name}" for kind, name in _NEEDED if not resources_of(container, kind).get(name)]
        if missing:
            yield f"container {container.get('name')} has no resources.{', resources.'.join(missing)}. Set them."


REQUESTS_AND_LIMITS = ResourceRule(
    "requests-and-limits",
    "A container has requests for CPU and memory, and a limit for memory (a CPU limit only slows it down).",
    _check,
)
