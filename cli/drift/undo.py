"""Removes from live objects what somebody added to them, which the provider neither sees nor puts back."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from kubernetes import client, dynamic

from cli.drift.detect import Line
from cli.drift.paths import descend, pointer

Object = dict[str, Any]


def operations(live: Object, added: Sequence[Line]) -> list[dict[str, Any]]:
    """Give the JSON patch (RFC 6902) that removes what was added and is still as it was found; empty for none.

    live: the object as it is now.
    """
    found: list[tuple[tuple[Any, ...], str]] = []
    for line in added:
        path, value = line.added or ((), None)
        if descend(live, path) == value:
            where = pointer(live, path)
            # The last item of a list first, so that the others keep their places.
            found.append((tuple(int(step) if step.isdigit() else 0 for step in where.split("/")), where))
    if not found:
        return []
    version = {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]}
    return [version, *({"op": "remove", "path": where} for _, where in sorted(found, reverse=True))]


def remove_added(api: client.ApiClient, lines: Sequence[Line]) -> Iterator[Line]:
    """Remove what somebody added, object by object, and give each line that is done.

    Raises client.ApiException when the API server refuses.
    """
    added = [line for line in lines if line.added]
    resources = dynamic.DynamicClient(api).resources
    for (version, kind, namespace, name), group in groupby(
        added, key=lambda line: (line.api_version, line.kind, line.namespace, line.name)
    ):
        own = list(group)
        resource: Any = resources.get(api_version=version, kind=kind)
        where = {"name": name, **({"namespace": namespace} if namespace else {})}
        patch = operations(resource.get(**where).to_dict(), own)
        if patch:
            resource.patch(
                body=patch, content_type="application/json-patch+json", field_manager=own[0].own or None, **where
            )
            yield from own
