"""Who set which field of an object, according to its `metadata.managedFields`.

The format is FieldsV1 of Kubernetes' structured-merge-diff: a tree with the keys `f:<field>`, `k:<merge key>`,
`v:<value>`, `i:<index>`, and `.` for an item itself. A leaf stands for everything below it.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.data import mapping, sequence
from cli.drift.paths import Item, Key, Path, Step

CONTROL_PLANE = frozenset(
    {
        "kube-apiserver",
        "kube-controller-manager",
        "kube-scheduler",
        "kubelet",
        "cloud-controller-manager",
        "k3s",
        "rke2",
    }
)
"""Field managers of Kubernetes itself: fields that they complete are not drift."""

_CREATORS = frozenset({"pulumi-kubernetes", "pulumi-resource-kubernetes"})
"""Field managers of Pulumi's provider for creations; it updates under a different one for each resource."""

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Manager:
    """One entry of `managedFields`.

    Attributes:
        name: Program that set the fields, for example `kubectl-edit`; Kubernetes does not record the person.
        operation: `Apply` or `Update`.
        subresource: For example `status` or `scale`; empty for the object itself.
        time: Time of its last change, RFC 3339 in UTC.
        fields: The fields, as FieldsV1.
    """

    name: str
    operation: str = "Update"
    subresource: str = ""
    time: str = ""
    fields: Fields = field(default_factory=dict[str, Any])

    @property
    def is_control_plane(self) -> bool:
        """Whether it is part of Kubernetes."""
        return self.name in CONTROL_PLANE


def managers(live: Mapping[str, Any]) -> list[Manager]:
    """Return the entries of an object's `managedFields`."""
    entries = sequence(mapping(live.get("metadata")).get("managedFields"))
    return [
        Manager(
            name=str(entry.get("manager", "")),
            operation=str(entry.get("operation", "")),
            subresource=str(entry.get("subresource", "")),
            time=str(entry.get("time", "")),
            fields=mapping(entry.get("fieldsV1")),
        )
        for entry in entries
    ]


def is_own(manager: Manager, own: str) -> bool:
    """Return whether a manager is this stack's provider.

    Args:
        manager: The manager.
        own: Field manager of the resource, from its state.
    """
    return manager.name == own or manager.name in _CREATORS


def step_of(text: str) -> Step:
    """Parse a key of FieldsV1.

    Raises:
        ValueError: The key has an unknown form.
    """
    kind, _, rest = text.partition(":")
    if kind == "f":
        return rest
    if kind == "k":
        return Key(tuple(sorted(json.loads(rest).items())))
    if kind == "v":
        return Item(json.loads(rest))
    if kind == "i":
        return int(rest)
    raise ValueError(f"managedFields has the key {text!r}, which is of no known form")


def below(fields: Fields, step: Step) -> Fields | None:
    """Return the part of a tree below a step; None if there is none."""
    for text, found in fields.items():
        if text != "." and step_of(text) == step:
            return found
    return None


def owns(fields: Fields, path: Path) -> bool:
    """Return whether a tree contains a path, a part of it, or one of its parents."""
    for step in path:
        if not fields:
            return True  # a leaf owns everything below it
        found = below(fields, step)
        if found is None:
            return False
        fields = found
    return True


def owner(entries: Iterable[Manager], path: Path, own: str) -> Manager | None:
    """Return who last set the value at a path, preferring others over this stack's provider; None if unknown.

    Args:
        entries: Entries of the object's `managedFields`.
        path: The path.
        own: Field manager of this stack's provider for the object.
    """
    found = [entry for entry in entries if entry.fields and owns(entry.fields, path)]
    # RFC 3339 in UTC sorts as text.
    return max(found, key=lambda entry: (not is_own(entry, own), entry.time), default=None)


def merged(entries: Iterable[Manager]) -> dict[str, Any]:
    """Return one tree of all managers' fields: it shows which lists have merge keys and which are set as a whole."""
    result: dict[str, Any] = {}
    for entry in entries:
        _merge(result, entry.fields)
    return result


def _merge(target: dict[str, Any], source: Fields) -> None:
    for key, value in source.items():
        _merge(target.setdefault(key, {}), value)


def list_keys(fields: Fields) -> list[Step]:
    """Return the steps to the items of a list with merge keys, or of a set; empty for a list set as a whole."""
    return [step_of(text) for text in fields if text.startswith(("k:", "v:"))]
