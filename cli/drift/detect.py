"""What differs in a whole stack: the lines of `make drift`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pulumi.runtime.rpc import UNKNOWN

from cli.drift.compare import Subject, differences, is_empty
from cli.drift.events import MASKED, Resource
from cli.drift.managed_fields import Manager, managers, owner
from cli.drift.paths import ABSENT, Key, Path, child, descend, parse, render
from components.librechat.config.lint_secrets import looks_secret, names_secret

OBJECT = "(object)"
"""In place of a field where the object as a whole is missing, or is there and should not be."""


@dataclass(frozen=True)
class Line:
    """One difference, as it is told.

    api_version, kind, namespace, name: the object; no API version for what is in no cluster, such as a password.
    field: the field, or `(object)`.
    wanted, live: its values, ABSENT for none; `[secret]` for what must not be told.
    cause: `cluster` where it was changed there, `settings` where those changed and are not deployed yet.
    manager: who set the live value; None where nothing records it.
    added: where somebody added something, and what; the engine does not see that. None for what `up` puts back.
    own: field manager of this stack's provider for the object.
    release: namespace and name of the Helm release that it belongs to; None for an object of the program.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    field: str
    wanted: Any = field(repr=False)
    live: Any = field(repr=False)
    cause: Literal["cluster", "settings"]
    manager: Manager | None = None
    added: tuple[Path, Any] | None = field(default=None, repr=False)
    own: str = ""
    release: tuple[str, str] | None = None


def lines(resources: Iterable[Resource]) -> list[Line]:
    """Give every difference of a stack."""
    return [line for resource in resources for line in _lines(resource)]


def _lines(resource: Resource) -> Iterator[Line]:
    if resource.wanted is None and resource.operation == "delete":
        if resource.exists:
            yield _object(resource, resource.live, ABSENT, "there", "settings")
    elif not resource.exists and resource.wanted is not None:
        gone = resource.deployed is not None
        yield _object(resource, resource.wanted, "there", ABSENT, "cluster" if gone else "settings")
    elif resource.wanted is not None:
        yield from _fields(resource)


def _identity(resource: Resource, holder: Mapping[str, Any]) -> dict[str, str]:
    metadata = holder.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
    return {
        "api_version": str(holder.get("apiVersion") or ""),
        "kind": str(holder.get("kind") or resource.type.rpartition(":")[2]),
        "namespace": str(metadata.get("namespace") or ""),
        "name": str(metadata.get("name") or resource.name),
    }


def _object(
    resource: Resource, holder: Mapping[str, Any], wanted: Any, live: Any, cause: Literal["cluster", "settings"]
) -> Line:
    return Line(**_identity(resource, holder), field=OBJECT, wanted=wanted, live=live, cause=cause)


def _fields(resource: Resource) -> Iterator[Line]:
    wanted, deployed = resource.wanted or {}, resource.deployed or {}
    own = str(resource.live.get("__fieldManager") or "")
    subject = Subject(wanted, resource.live, deployed, resource.recorded, own)
    is_object = resource.type.startswith("kubernetes:") and "kind" in resource.live
    found = list(differences(subject)) if is_object else []
    for item in found:
        added = item.wanted is ABSENT and item.cause == "cluster"
        yield Line(
            **_identity(resource, resource.live),
            field=render(item.path),
            wanted=_shown(item.path, item.wanted, item.wanted),
            live=_shown(item.path, item.live, item.wanted),
            cause=item.cause,
            manager=item.manager,
            added=(item.path, item.live) if added else None,
            own=own,
        )
    if resource.operation in {"update", "replace"}:
        told = {render(item.path) for item in found}
        for text in resource.changed:
            path = parse(text)
            values = _at(wanted, path), _at(resource.live_inputs, path)
            # What is masked only the provider can compare; what else it finds is told already, by better paths.
            same = values[1] is ABSENT and is_empty(values[0])
            if UNKNOWN not in values and not same and text not in told and (MASKED in values or not found):
                yield _reported(resource, subject, path, *values)


def _reported(resource: Resource, subject: Subject, path: Path, wanted: Any, live: Any) -> Line:
    """Tell what the provider reports."""
    manager = subject.owner(path)
    cause: Literal["cluster", "settings"] = "settings"
    if manager is None:
        was_there = owner(managers(resource.recorded), path, subject.own) is not None
        cause = "cluster" if was_there else "settings"
    elif subject.is_foreign(path) or (MASKED not in (wanted, live) and descend(subject.deployed, path) == wanted):
        cause = "cluster"
    return Line(
        **_identity(resource, resource.live),
        field=render(path),
        wanted=_shown(path, wanted, wanted),
        live=_shown(path, live, wanted),
        cause=cause,
        manager=manager if cause == "cluster" else None,
        own=subject.own,
    )


def _at(value: Any, path: Path) -> Any:
    """Give what is at a path; below what is masked, everything is."""
    for step in path:
        if value == MASKED:
            return MASKED
        value = child(value, step)
    return value


def _shown(path: Path, value: Any, wanted: Any) -> Any:
    """Hide what may be a secret in the live object: somebody may have put one where the program has a reference."""
    if isinstance(value, str):
        return MASKED if _is_secret(path, wanted) or looks_secret(value) else value
    if isinstance(value, Mapping):
        # A variable that somebody added, with its name beside it.
        here = (*path, Key((("name", value["name"]),))) if isinstance(value.get("name"), str) else path
        return {key: _shown((*here, key), entry, entry) for key, entry in value.items()}
    if isinstance(value, list):
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
