"""Drift of a whole stack: the lines of `make drift`."""

import dataclasses
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from pulumi.runtime.rpc import UNKNOWN

from cli.data import Properties, is_list, is_mapping, mapping
from cli.drift.compare import Difference, Subject, differences, is_empty
from cli.drift.events import MASKED, Resource
from cli.drift.managed_fields import Manager, managers, owner
from cli.drift.paths import ABSENT, Key, Path, child, descend, parse, render
from components.librechat.config.lint_secrets import looks_secret, names_secret

OBJECT = "(object)"
"""Placeholder of the field if the whole object is missing, or exists and should not."""


Cause = Literal["cluster", "settings"]
"""Why something differs: it was changed in the cluster, or the settings changed and are not deployed yet."""


class Place(NamedTuple):
    """Identity of an object: API version, kind, namespace and name; no API version for what is in no cluster."""

    api_version: str
    kind: str
    namespace: str
    name: str


@dataclasses.dataclass(frozen=True)
class Line:
    """One difference, as reported.

    Attributes:
        api_version: API version of the object; empty for what is in no cluster, such as a password.
        kind: Kind of the object.
        namespace: Namespace of the object.
        name: Name of the object.
        field: The field, or `(object)`.
        wanted: Declared value; ABSENT for none, `[secret]` for a secret.
        live: Live value; ABSENT for none, `[secret]` for a secret.
        cause: `cluster` if it was changed there, `settings` if the settings have changed since the last deployment.
        manager: Who set the live value; None if unknown.
        added: Path and value of something that somebody added and the engine does not see; None for what `up` reverts.
        own: Field manager of this stack's provider for the object.
        release: Namespace and name of its Helm release; None for an object of the program.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    field: str
    wanted: Any = dataclasses.field(repr=False)
    live: Any = dataclasses.field(repr=False)
    cause: Cause
    manager: Manager | None = None
    added: tuple[Path, Any] | None = dataclasses.field(default=None, repr=False)
    own: str = ""
    release: tuple[str, str] | None = None


def lines(resources: Iterable[Resource]) -> list[Line]:
    """Return every difference of a stack."""
    return [line for resource in resources for line in _lines(resource)]


def _lines(resource: Resource) -> Iterator[Line]:
    if resource.wanted is None and resource.operation == "delete":
        if resource.exists:
            yield Line(*_place(resource, resource.live), OBJECT, ABSENT, "there", "settings")
    elif not resource.exists and resource.wanted is not None:
        gone = resource.deployed is not None
        yield missing(_place(resource, resource.wanted), "cluster" if gone else "settings")
    elif resource.wanted is not None:
        yield from _fields(resource)


def missing(place: Place, cause: Cause, release: tuple[str, str] | None = None) -> Line:
    """Return the line for a missing object."""
    return Line(*place, OBJECT, "there", ABSENT, cause, release=release)


def _place(resource: Resource, holder: Properties) -> Place:
    metadata = mapping(holder.get("metadata"))
    return Place(
        str(holder.get("apiVersion") or ""),
        str(holder.get("kind") or resource.type.rpartition(":")[2]),
        str(metadata.get("namespace") or ""),
        str(metadata.get("name") or resource.name),
    )


def field_lines(subject: Subject, place: Place, release: tuple[str, str] | None = None) -> Iterator[Line]:
    """Return the fields of a live object that differ.

    Args:
        subject: The object.
        place: Identity of the object.
        release: Namespace and name of its Helm release. Fields that others added are left to Helm.
    """
    for item in differences(subject):
        added = item.wanted is ABSENT and item.cause == "cluster" and not release
        wanted, live = _masked_values(place, item)
        yield Line(
            *place,
            render(item.path),
            wanted,
            live,
            item.cause,
            item.manager,
            added=(item.path, item.live) if added else None,
            own=subject.own,
            release=release,
        )


def _masked_values(place: Place, item: Difference) -> tuple[Any, Any]:
    """Return the declared and the live value of a difference, with secrets masked."""
    if place.kind == "Secret" and item.path[0] in {"data", "stringData"}:
        wanted, live = (value if value is ABSENT else MASKED for value in (item.wanted, item.live))
        return wanted, live
    return _shown(item.path, item.wanted, item.wanted), _shown(item.path, item.live, item.wanted)


def _fields(resource: Resource) -> Iterator[Line]:
    wanted, deployed = resource.wanted or {}, resource.deployed or {}
    own = str(resource.live.get("__fieldManager") or "")
    subject = Subject(wanted, resource.live, deployed, resource.recorded, own)
    is_object = resource.type.startswith("kubernetes:") and "kind" in resource.live
    found = list(field_lines(subject, _place(resource, resource.live))) if is_object else []
    yield from found
    if resource.operation in {"update", "replace"}:
        told = {line.field for line in found}
        for text in resource.changed:
            path = parse(text)
            values = _at(wanted, path), _at(resource.live_inputs, path)
            # Only the provider can compare masked values; its other findings are reported already, by better paths.
            same = values[1] is ABSENT and is_empty(values[0])
            if UNKNOWN not in values and not same and text not in told and (MASKED in values or not found):
                yield _reported(resource, subject, Difference(path, *values, "settings", None))


def _reported(resource: Resource, subject: Subject, item: Difference) -> Line:
    """Return the line for a difference that the provider reports."""
    path, values = item.path, (item.wanted, item.live)
    manager = subject.owner(path)
    cause: Cause = "settings"
    if manager is None:
        was_there = owner(managers(resource.recorded), path, subject.own) is not None
        cause = "cluster" if was_there else "settings"
    elif subject.is_foreign(path) or (MASKED not in values and descend(subject.deployed, path) == item.wanted):
        cause = "cluster"
    place = _place(resource, resource.live)
    found = manager if cause == "cluster" else None
    return Line(*place, render(path), *_masked_values(place, item), cause, found, own=subject.own)


def _at(value: Any, path: Path) -> Any:
    """Return the value at a path; everything below a masked value is masked."""
    for step in path:
        if value == MASKED:
            return MASKED
        value = child(value, step)
    return value


def _shown(path: Path, value: Any, wanted: Any) -> Any:
    """Mask possible secrets in a live object: somebody may have put one where the program has a reference."""
    if isinstance(value, str):
        return MASKED if _is_secret(path, wanted) or looks_secret(value) else value
    if is_mapping(value):
        # An added variable, with its name beside it.
        here = (*path, Key((("name", value["name"]),))) if isinstance(value.get("name"), str) else path
        return {key: _shown((*here, key), entry, entry) for key, entry in value.items()}
    if is_list(value):
        return [_shown(path, entry, entry) for entry in value]
    return value


def _is_secret(path: Path, wanted: Any) -> bool:
    if not path or not isinstance(path[-1], str):
        return False
    if path[-1] != "value":
        return names_secret(path[-1])
    item = path[-2] if len(path) > 1 else None
    # A variable without a value in the program takes it from a Secret.
    return wanted is ABSENT or (isinstance(item, Key) and any(names_secret(str(text)) for _, text in item.fields))
