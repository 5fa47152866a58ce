"""Recovery of a stack whose last operation was interrupted because the engine or its machine was killed.

Before the engine sends a request to the cluster, it records a pending operation in the state. After an interruption,
the state does not say how that operation ended. A refresh finds out for objects in the state, but not for an object
that was being created: the state has no ID for it. All objects of this program have the name in their inputs, so they
can be looked up in the cluster and added to the state.
"""

import copy
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kubernetes import client

from cli.data import Properties, mapping, sequence
from cli.live import LiveObjects

Find = Callable[[Properties], Properties | None]
"""Returns the live object with API version, kind, namespace and name of a manifest; None if there is none."""

MASKED = "[secret]"
"""Placeholder of a secret in the engine's output."""

MANAGER = "pulumi"
"""Prefix of the Kubernetes provider's field managers."""


@dataclass(frozen=True)
class Recovery:
    """The recovery from an interruption.

    Attributes:
        deployment: The state without pending operations, and with created objects.
        notes: What was found, one line for each pending operation.
        taken: Number of objects that were added to the state.
    """

    deployment: dict[str, Any]
    notes: tuple[str, ...]
    taken: int = 0


def recover(deployment: Mapping[str, Any], find: Find) -> Recovery | None:
    """Resolve the pending operations of a state; return None if there are none.

    Args:
        deployment: `deployment` in the output of `pulumi stack export`.
        find: Looks an object up in the cluster.
    """
    pending = sequence(deployment.get("pending_operations"))
    if not pending:
        return None
    result = copy.deepcopy(dict(deployment))
    result["pending_operations"] = []
    resources: list[dict[str, Any]] = result.setdefault("resources", [])
    notes: list[str] = []
    taken = 0
    for operation in pending:
        resource = copy.deepcopy(operation["resource"])
        kind, _, name = resource["urn"].rpartition("::")
        label = f"{kind.rpartition('$')[2].rpartition('::')[2]} {name}"
        if operation["type"] != "creating":
            notes.append(f"{label}: interrupted while {operation['type']}; the live object is read again")
            continue
        live = _created(resource, find)
        if live is None:
            notes.append(f"{label}: interrupted while creating, and does not exist; it is created")
            continue
        metadata = live["metadata"]
        resource["id"] = "/".join(part for part in (metadata.get("namespace"), metadata["name"]) if part)
        resource.setdefault("outputs", {})
        _supersede(resources, resource["urn"])
        resources.append(resource)
        taken += 1
        notes.append(f"{label}: interrupted while creating, but exists: {resource['id']} is added to the state")
    return Recovery(result, tuple(notes), taken)


def failed_creations(deployment: Mapping[str, Any], events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the state with failed creations as pending operations.

    A creation also fails if the API server becomes unreachable after doing it. The engine then takes it as not done,
    and records nothing.

    Args:
        deployment: `deployment` in the output of `pulumi stack export`.
        events: The engine's events of the failed operation.
    """
    known = {resource["urn"] for resource in sequence(deployment.get("resources")) if not resource.get("delete")}
    pending: list[dict[str, Any]] = []
    for event in events:
        metadata = mapping(mapping(event.get("resOpFailedEvent")).get("metadata"))
        resource = mapping(metadata.get("new"))
        if resource and metadata["op"] == "create" and resource["urn"] not in known:
            resource = {key: value for key, value in resource.items() if key != "id"}
            pending.append({"type": "creating", "resource": {**resource, "inputs": _unmasked(resource["inputs"])}})
    return {**deployment, "pending_operations": pending}


def _unmasked(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return inputs as the state may have them: the event log replaces each secret by `[secret]`."""
    if MASKED not in json.dumps(inputs):
        return dict(inputs)
    metadata = mapping(inputs.get("metadata"))
    address = {key: metadata[key] for key in ("name", "namespace", "labels") if key in metadata}
    return {**{key: inputs[key] for key in ("apiVersion", "kind") if key in inputs}, "metadata": address}


def not_before(find: Find, since: datetime) -> Find:
    """Return a lookup that only finds objects created since a time."""

    def young(manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
        live = find(manifest)
        if not live:
            return None
        created = datetime.fromisoformat(str(live["metadata"]["creationTimestamp"]).replace("Z", "+00:00"))
        return live if created >= since else None

    return young


def _created(resource: Mapping[str, Any], find: Find) -> Mapping[str, Any] | None:
    """Return the live object of an interrupted creation, if this program created it."""
    inputs = mapping(resource.get("inputs"))
    if not str(resource["type"]).startswith("kubernetes:") or "kind" not in inputs:
        return None  # otherwise a random value, which nothing uses yet
    live = find(inputs)
    return live if live is not None and made_here(inputs, live) else None


def made_here(inputs: Mapping[str, Any], live: Mapping[str, Any]) -> bool:
    """Return whether a live object was created from these inputs, not by somebody else under the same name."""
    metadata = live["metadata"]
    labels = mapping(inputs["metadata"].get("labels"))
    managers = [str(entry.get("manager", "")) for entry in sequence(metadata.get("managedFields"))]
    same = labels.items() <= mapping(metadata.get("labels")).items()
    return same and any(manager.startswith(MANAGER) for manager in managers)


def _supersede(resources: list[dict[str, Any]], urn: str) -> None:
    """Remove the resource that one with the same URN replaces."""
    for old in [one for one in resources if one["urn"] == urn and not one.get("delete")]:
        if old.get("pendingReplacement"):  # deleted before its replacement was created
            resources.remove(old)
        else:
            old["delete"] = True


def finder(api: client.ApiClient) -> Find:
    """Return a function that looks up objects in a cluster."""
    objects = LiveObjects(api)

    def find(manifest: Properties) -> Properties | None:
        metadata = manifest["metadata"]
        return objects.find(manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace") or "")

    return find


def describe(recovery: Recovery) -> Iterator[str]:
    """Describe, line by line, what the command does about an interruption."""
    yield "the last operation on this stack was interrupted; recovered:"
    for note in recovery.notes:
        yield f"  {note}"


def render(document: Mapping[str, Any], recovery: Recovery) -> str:
    """Return the state for `pulumi stack import`.

    Args:
        document: The whole output of `pulumi stack export`.
        recovery: The recovery.
    """
    return json.dumps({**document, "deployment": recovery.deployment})
