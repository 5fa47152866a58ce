"""Differences between the live object, in the fields that the program sets, and the new inputs."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from sandbox.plugins.kubernetes.immutable import Path, needs_replacement
from sandbox.plugins.kubernetes.objects import (
    AUTONAMED,
    annotation,
    is_empty,
    live_inputs,
    metadata,
    name_of,
    namespace_of,
    normalise,
    starts_with,
)
from sandbox.plugins.values import Value, is_list, is_object

_ABSENT = object()

_QUANTITY_MAPS = frozenset(
    {
        *("requests", "limits", "capacity", "allocatable", "hard", "overhead", "podFixed"),
        *("default", "defaultRequest", "max", "min", "maxLimitRequestRatio"),
    }
)
_QUANTITY_FIELDS = frozenset({"sizeLimit", "divisor", "averageValue"})
_QUANTITY = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?")


Kind = Literal["add", "delete", "update"]


@dataclass(frozen=True)
class Change:
    """A difference in one field.

    Attributes:
        kind: Kind of change.
        replace: Whether it requires a replacement.
    """

    kind: Kind
    replace: bool


def plan(
    live: dict[str, Value],
    wanted: dict[str, Value],
    last: dict[str, Value],
    immutable: tuple[str, ...],
    ignored: list[Path],
    *,
    namespaced: bool,
) -> dict[Path, Change]:
    """Return the changes that an update would make.

    Args:
        live: Live object of the last operation.
        wanted: New inputs, normalised.
        last: Inputs of the last operation.
        immutable: Fields whose change needs a new object.
        ignored: Paths whose changes do not count.
        namespaced: Whether objects of this kind are in namespaces.
    """
    last = normalise(last)
    pruned = live_inputs(live, last, live)
    before, after = dict(metadata(pruned)), dict(metadata(wanted))
    for meta in (before, after):
        if namespaced:
            meta["namespace"] = meta.get("namespace") or "default"
        else:
            meta.pop("namespace", None)
    if name_of(wanted):
        # A generated name that the program now sets explicitly is the same name.
        before["name"] = name_of(live)
    pruned = {"apiVersion": live.get("apiVersion"), **pruned, "metadata": before}
    wanted = {**wanted, "metadata": after}
    return {
        path: change
        for path, change in diff(pruned, wanted, last, immutable).items()
        if not any(starts_with(path, prefix) for prefix in ignored)
    }


def delete_first(wanted: dict[str, Value], live: dict[str, Value]) -> bool:
    """Return whether a replacement must be created after the deletion of the old object, as its name is fixed."""
    same_place = (name_of(wanted), namespace_of(wanted)) == (name_of(live), namespace_of(live))
    return same_place and annotation(wanted, AUTONAMED) != "true"


def diff(
    live: dict[str, Value], wanted: dict[str, Value], last: dict[str, Value], immutable: tuple[str, ...]
) -> dict[Path, Change]:
    """Return every difference between the live object and the wanted one, by its path.

    Args:
        live: Live object of the last operation, pruned to the inputs that it was made from.
        wanted: New inputs, normalised.
        last: Those last inputs, normalised. An empty value in both inputs that the API server did not store
            (``hostNetwork: false``) is no difference.
        immutable: Fields whose change needs a new object.
    """
    return {
        path: Change(kind, needs_replacement(path, value, immutable))
        for path, kind, value in _differences((), live, wanted, last)
    }


def _differences(path: Path, old: Value, new: Value, last: Value) -> Iterator[tuple[Path, Kind, Value]]:
    if old is _ABSENT:
        if not (is_empty(new) and new == last):
            yield path, "add", new
    elif new is _ABSENT:
        yield path, "delete", old
    elif is_object(old) and is_object(new):
        inner = last if is_object(last) else {}
        for key in {**new, **old}:
            here = (*path, key)
            yield from _differences(here, old.get(key, _ABSENT), new.get(key, _ABSENT), inner.get(key, _ABSENT))
    elif is_list(old) and is_list(new):
        items = last if is_list(last) else []
        for index in range(max(len(old), len(new))):
            yield from _differences((*path, index), _at(old, index), _at(new, index), _at(items, index))
    elif not _same(path, old, new):
        yield path, "update", new


def _at(items: list[Value], index: int) -> Value:
    return items[index] if index < len(items) else _ABSENT


def _same(path: Path, old: Value, new: Value) -> bool:
    if isinstance(old, bool) or isinstance(new, bool):
        return old is new
    return bool(old == new) or (_is_quantity(path) and _same_quantity(old, new))


def _is_quantity(path: Path) -> bool:
    return path[-1] in _QUANTITY_FIELDS or (len(path) > 1 and path[-2] in _QUANTITY_MAPS)


def _same_quantity(old: Value, new: Value) -> bool:
    if not all(_QUANTITY.fullmatch(str(value)) for value in (old, new)):
        return False
    from kubernetes.utils import quantity  # noqa: PLC0415 - slow, rarely needed

    parse = cast("Callable[[str], Decimal]", quantity.parse_quantity)  # pyright: ignore[reportUnknownMemberType]
    try:
        return parse(str(old)) == parse(str(new))
    except ValueError:
        return False  # the API server will say what is wrong with it
