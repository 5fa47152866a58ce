"""Differences between two pieces of nested data."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

ABSENT = object()
"""Stands for what only the other side has."""


class Change(NamedTuple):
    """One difference.

    parts: where, one key a step; an entry of a list is `[name]` or `[0]`.
    before, after: the two values; `ABSENT` where there is none.
    """

    parts: tuple[str, ...]
    before: Any
    after: Any

    @property
    def path(self) -> str:
        """Where, for example `spec.template.spec.containers[ollama].image`."""
        text = ""
        for part in self.parts:
            if part.startswith("["):
                text += part
            elif "." in part or "/" in part:
                text += f'["{part}"]'
            else:
                text += f".{part}" if text else part
        return text


def changes(before: Any, after: Any, parts: tuple[str, ...] = ()) -> Iterator[Change]:
    """Give the differences in the leaves of nested data; entries of a list are told apart by their `name`."""
    one, other = _children(before), _children(after)
    if one is None or other is None:
        if before != after:
            yield Change(parts, before, after)
        return
    for key in dict.fromkeys([*one, *other]):
        yield from changes(one.get(key, ABSENT), other.get(key, ABSENT), (*parts, key))


def _children(value: Any) -> dict[str, Any] | None:
    """Give what is inside of a value, by its step; None for a leaf, and for an empty mapping or list."""
    if isinstance(value, Mapping) and value:
        return {str(key): entry for key, entry in value.items()}
    if isinstance(value, list) and value and all(isinstance(entry, Mapping) for entry in value):
        names = [entry.get("name") for entry in value]
        if None in names or len(set(map(str, names))) < len(names):
            names = list(range(len(value)))
        return {f"[{name}]": entry for name, entry in zip(names, value, strict=True)}
    return None
