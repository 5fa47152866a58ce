"""Who set which field of an object, as its `metadata.managedFields` says.

The form is FieldsV1 of Kubernetes' structured-merge-diff: a tree with the keys `f:<field>`, `k:<merge key>`,
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
"""Field managers that are Kubernetes itself: fields that they complete are nobody's change."""

_CREATORS = frozenset({"pulumi-kubernetes", "pulumi-resource-kubernetes"})
"""Field managers under which Pulumi's provider creates objects; later it applies under a name for each resource."""

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Manager:
    """One entry of `managedFields`.

    name: the program that set the fields, such as `kubectl-edit`; Kubernetes does not record the person.
    operation: `Apply` or `Update`.
    subresource: such as `status` or `scale`; empty for the object itself.
    time: when it last set any of them, RFC 3339 in UTC.
    fields: the fields, as FieldsV1.
    """

    name: str
    operation: str = "Update"
    subresource: str = ""
    time: str = ""
    fields: Fields = field(default_factory=dict[str, Any])

    @property
    def is_control_plane(self) -> bool:
        """Whether it is a part of Kubernetes."""
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
    """Tell whether a manager is this stack's provider.

    own: field manager of the resource, as its state has it.
    """
    return manager.name == own or manager.name in _CREATORS


def step_of(text: str) -> Step:
    """Read a key of FieldsV1.

    Raises ValueError for one of no known form.
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
    """Return the part of a tree below a step; None where it has none."""
    for text, found in fields.items():
        if text != "." and step_of(text) == step:
            return found
    return None


def owns(fields: Fields, path: Path) -> bool:
    """Tell whether a tree has what is at a path, a part of it, or something that it is a part of."""
    for step in path:
        if not fields:
            return True  # a leaf: everything below belongs to it
        found = below(fields, step)
        if found is None:
            return False
        fields = found
    return True


def owner(entries: Iterable[Manager], path: Path, own: str) -> Manager | None:
    """Return who set what is at a path last, others before this stack's own provider; None for nobody.

    own: field manager of this stack's provider for the object.
    """
    found = [entry for entry in entries if entry.fields and owns(entry.fields, path)]
    # RFC 3339 in UTC sorts as text.
    return max(found, key=lambda entry: (not is_own(entry, own), entry.time), default=None)


def merged(entries: Iterable[Manager]) -> dict[str, Any]:
    """Return one tree of what all managers have: it tells which lists have merge keys, and what is set as a whole."""
    result: dict[str, Any] = {}
    for entry in entries:
        _merge(result, entry.fields)
    return result


def _merge(target: dict[str, Any], source: Fields) -> None:
    for key, value in source.items():
        _merge(target.setdefault(key, {}), value)


def list_keys(fields: Fields) -> list[Step]:
    """Return the steps to the items of a list with merge keys, or of a set; none for a list that is set as a whole."""
    return [step_of(text) for text in fields if text.startswith(("k:", "v:"))]
