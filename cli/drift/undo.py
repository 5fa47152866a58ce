"""Removes additions to live objects, which the provider neither sees nor reverts."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from kubernetes import client

from cli.data import Properties
from cli.drift.detect import Line
from cli.drift.paths import descend, pointer
from cli.live import LiveObjects


def operations(live: Properties, added: Sequence[Line]) -> list[dict[str, Any]]:
    """Return the JSON patch (RFC 6902) that removes additions that are still as found; empty for none.

    Args:
        live: The live object.
        added: Paths and values of the additions.
    """
    found: list[tuple[tuple[Any, ...], str]] = []
    for line in added:
        path, value = line.added or ((), None)
        if descend(live, path) == value:
            where = pointer(live, path)
            # The last item of a list first, so that the others keep their indexes.
            found.append((tuple(int(step) if step.isdigit() else 0 for step in where.split("/")), where))
    if not found:
        return []
    version = {"op": "test", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]}
    return [version, *({"op": "remove", "path": where} for _, where in sorted(found, reverse=True))]


def remove_added(api: client.ApiClient, lines: Sequence[Line]) -> Iterator[Line]:
    """Remove additions, object by object, and yield each line that is done.

    Raises:
        client.ApiException: The API server refuses.
    """
    added = [line for line in lines if line.added]
    objects = LiveObjects(api)
    for where, group in groupby(added, key=lambda line: (line.api_version, line.kind, line.name, line.namespace)):
        own = list(group)
        live = objects.find(*where)
        patch = operations(live, own) if live else []
        if patch:
            objects.patch(*where, operations=patch, manager=own[0].own)
            yield from own
