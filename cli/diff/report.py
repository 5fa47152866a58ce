"""Output of `make diff`, for people and for programs."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from cli.diff.objects import ObjectDifference
from cli.diff.settings import Difference
from cli.drift.paths import ABSENT

_LONGEST = 80
"""Maximum length of a value in a line; `--json` has the whole value."""


def text(names: tuple[str, str], settings: Sequence[Difference], objects: Sequence[ObjectDifference]) -> Iterator[str]:
    """Return the report for people.

    Args:
        settings: Settings that differ.
        objects: Objects that differ.
        names: Names of the two stacks.
    """
    one, other = names
    yield f"Settings, {one} -> {other}:"
    yield from (f"  {entry.path}: {_cut(entry.before)} -> {_cut(entry.after)}" for entry in settings)
    if not settings:
        yield "  none differs"
    yield ""
    yield f"Objects, {one} -> {other}, in namespaces of the same names:"
    for entry in objects:
        name = f"{entry.kind} {entry.namespace}/{entry.name}" if entry.namespace else f"{entry.kind} {entry.name}"
        yield f"  {name}: only in {entry.only}" if entry.only else f"  {name}"
        yield from (f"    {c.path}: {_value(c.before)} -> {_value(c.after)}" for c in entry.changes)
    if not objects:
        yield "  none differs"


def document(
    names: tuple[str, str], settings: Sequence[Difference], objects: Sequence[ObjectDifference]
) -> dict[str, Any]:
    """Return the report as data, without `before` or `after` where there is no value."""
    return {
        "from": names[0],
        "to": names[1],
        "settings": [entry._asdict() for entry in settings],
        "objects": [
            {
                "kind": entry.kind,
                "namespace": entry.namespace,
                "name": entry.name,
                "only": entry.only,
                "changes": [
                    {
                        "path": change.path,
                        **{
                            side: value
                            for side, value in (("before", change.before), ("after", change.after))
                            if value is not ABSENT
                        },
                    }
                    for change in entry.changes
                ],
            }
            for entry in objects
        ],
    }


def _value(value: Any) -> str:
    return "not set" if value is ABSENT else _cut(json.dumps(value, ensure_ascii=False))


def _cut(shown: str) -> str:
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
