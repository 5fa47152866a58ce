"""Differences between an object as declared and the live one: pure functions.

An object is declared by the program or by the manifest of a Helm release. Compared are the fields that are set there,
and fields that others added. A field that is left out belongs to whoever sets it: defaults of the API server and
fields that Kubernetes' own controllers complete are no difference, and neither are labels, annotations and other
metadata, which anybody may add.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pulumi.runtime.rpc import UNKNOWN

from cli.data import Properties, is_list, is_mapping, mapping
from cli.drift.events import MASKED
from cli.drift.managed_fields import Fields, Manager, below, is_own, list_keys, managers, merged, owner
from cli.drift.paths import ABSENT, Item, Key, Path, child, descend

_DEFAULTS = frozenset({"protocol", "apiVersion", "scheme"})
"""Keys that the API server completes in a value that is otherwise set as a whole."""


@dataclass(frozen=True)
class Difference:
    """One field that differs.

    Attributes:
        path: Path of the field.
        wanted: Value that the program sets; ABSENT for none.
        live: Value in the cluster; ABSENT for none.
        cause: `cluster` if it was changed there, `settings` if the settings have changed since the last deployment.
        manager: Who set the live value; None if Kubernetes did not record it, as for removed fields.
    """

    path: Path
    wanted: Any = field(repr=False)
    live: Any = field(repr=False)
    cause: Literal["cluster", "settings"]
    manager: Manager | None


@dataclass(frozen=True)
class Subject:
    """One object, as declared, as deployed and as it is.

    Attributes:
        wanted: What the program sets now.
        live: The live object.
        deployed: What the program set in the last deployment, as far as a refresh did not overwrite it.
        recorded: The live object at that time; None if it was not recorded, as with Helm.
        own: Field manager of the deployer: this stack's provider, or Helm.
    """

    wanted: Properties = field(repr=False)
    live: Properties = field(repr=False)
    deployed: Properties = field(repr=False)
    recorded: Properties | None = field(repr=False)
    own: str

    @cached_property
    def managers(self) -> list[Manager]:
        """Field managers of the live object."""
        return managers(self.live)

    @cached_property
    def _managers_then(self) -> list[Manager]:
        return managers(self.recorded or {})

    def owner(self, path: Path) -> Manager | None:
        """Return who set the value at a path."""
        return owner(self.managers, path, self.own)

    def is_foreign(self, path: Path) -> bool:
        """Return whether somebody other than this stack set the value at a path."""
        found = self.owner(path)
        return found is not None and not is_own(found, self.own)

    def was_added(self, path: Path) -> bool:
        """Return whether an undeclared value was added by a person or program, not by Kubernetes itself."""
        found = self.owner(path)
        return (
            found is not None and not is_own(found, self.own) and not found.is_control_plane and not found.subresource
        )

    def was_stored(self, path: Path) -> Any:
        """Return the declared value as the API server stored it in the last deployment; ABSENT if unknown."""
        if self.recorded is None:
            # A change makes its author the manager, so a field that is still our own is as it was deployed.
            now, live, set_to = self.owner(path), descend(self.live, path), descend(self.deployed, path)
            if live is not ABSENT and now is not None and is_own(now, self.own):
                return live
            return ABSENT if is_empty(set_to) else set_to
        then = owner(self._managers_then, path, self.own)
        # After `up --refresh`, the record may hold values that others set.
        return descend(self.recorded, path) if then is None or is_own(then, self.own) else ABSENT


def differences(subject: Subject) -> Iterator[Difference]:
    """Return the fields that differ."""
    tree = merged(subject.managers)
    for path, wanted, live in _compare(subject, (), subject.wanted, subject.live, tree):
        found = _judged(subject, path, wanted, live)
        if found:
            yield found


_Found = Iterator[tuple[Path, Any, Any]]


def _compare(subject: Subject, path: Path, wanted: Any, live: Any, tree: Fields) -> _Found:
    if MASKED in (wanted, live) or wanted == UNKNOWN:
        return
    if is_mapping(wanted) and is_mapping(live):
        yield from _compare_mappings(subject, path, wanted, live, tree)
    elif is_list(wanted) and is_list(live):
        keys = list_keys(tree)
        if any(isinstance(key, Key) for key in keys):
            yield from _compare_keyed(subject, path, wanted, live, tree)
        elif keys:
            yield from (((*path, Item(item)), item, ABSENT) for item in wanted if item not in live)
            yield from (((*path, Item(item)), ABSENT, item) for item in live if item not in wanted)
        else:
            yield from _compare_whole(subject, path, wanted, live)
    elif wanted != live:
        yield path, wanted, live


def _compare_mappings(
    subject: Subject, path: Path, wanted: Mapping[str, Any], live: Mapping[str, Any], tree: Fields
) -> _Found:
    for key, value in wanted.items():
        if value is None:  # null in a manifest leaves the field to the API server
            continue
        yield from _compare(subject, (*path, key), value, child(live, key), below(tree, key) or {})
    for key, value in live.items():
        here = (*path, key)
        if key not in wanted and "metadata" not in here and here != ("status",) and (tree or key not in _DEFAULTS):
            yield here, ABSENT, value


def _compare_keyed(subject: Subject, path: Path, wanted: list[Any], live: list[Any], tree: Fields) -> _Found:
    names = next([name for name, _ in key.fields] for key in list_keys(tree) if isinstance(key, Key))

    def key_of(item: Any) -> Key:
        fields = mapping(item)
        return Key(tuple((name, fields[name]) for name in names if name in fields))

    matched: list[Any] = []
    for item in wanted:
        found = child(live, key_of(item))
        step = key_of(item if found is ABSENT else found)
        matched.append(found)
        yield from _compare(subject, (*path, step), item, found, below(tree, step) or {})
    for item in live:
        if not any(item is found for found in matched):
            yield (*path, key_of(item)), ABSENT, item


def _compare_whole(subject: Subject, path: Path, wanted: list[Any], live: list[Any]) -> _Found:
    """Compare lists that are set as a whole; an insertion or removal does not shift the other items."""

    def covers(item: Any, index: int) -> bool:
        found = _compare(subject, (*path, index), item, live[index], {})
        return all(_judged(subject, *difference) is None for difference in found)

    rest = list(range(len(live)))
    positions: list[int] = []
    missing: list[Any] = []
    for item in wanted:
        index = next((index for index in rest if covers(item, index)), None)
        if index is None:
            missing.append(item)
        else:
            rest.remove(index)
            positions.append(index)
    if positions != sorted(positions):
        yield path, wanted, live
        return
    for item, index in zip(missing, rest, strict=False):
        yield from _compare(subject, (*path, index), item, live[index], {})
    yield from (((*path, index), ABSENT, live[index]) for index in rest[len(missing) :])
    yield from (((*path, len(live) + more), item, ABSENT) for more, item in enumerate(missing[len(rest) :]))


def _judged(subject: Subject, path: Path, wanted: Any, live: Any) -> Difference | None:
    """Return a difference with its cause, or None if it does not count."""
    if wanted is ABSENT:
        if subject.was_added(path):
            return Difference(path, wanted, live, "cluster", subject.owner(path))
        gone = descend(subject.deployed, path) is not ABSENT
        return Difference(path, wanted, live, "settings", None) if gone else None
    stored = subject.was_stored(path)
    if live is ABSENT and stored is ABSENT and is_empty(wanted):
        return None
    unchanged = descend(subject.deployed, path) == wanted
    foreign = subject.is_foreign(path)
    if live == stored and not foreign:
        # The API server normalises it, for example `1000m` to `1`.
        return None if unchanged else Difference(path, wanted, live, "settings", None)
    manager = subject.owner(path) if live is not ABSENT else None
    if manager is not None and not foreign and not unchanged:
        return Difference(path, wanted, live, "settings", None)
    return Difference(path, wanted, live, "cluster", manager)


def is_empty(value: Any) -> bool:
    """Return whether the API server may drop a value: null, `[]`, `""`, `false`, `0`, or a mapping of only these."""
    if is_mapping(value):
        return all(map(is_empty, value.values()))
    return value is not ABSENT and not value
