"""Output of `make drift`, for people and for programs."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from cli.drift.detect import OBJECT, Line
from cli.drift.paths import ABSENT

_LONGEST = 60
"""Maximum length of a value in a line; `--json` has the whole value."""

_HEADINGS = ("OBJECT", "FIELD", "WANTED", "LIVE", "CHANGED BY", "AT")


def text(found: Sequence[Line]) -> list[str]:
    """Return a heading and one line a difference, in columns."""
    rows = [_HEADINGS, *(_row(line) for line in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(line: Line) -> tuple[str, ...]:
    name = f"{line.namespace}/{line.name}" if line.namespace else line.name
    return (f"{line.kind} {name}", line.field, _value(line, line.wanted), _value(line, line.live), *_who(line))


def _who(line: Line) -> tuple[str, str]:
    if line.cause == "settings":
        return "the settings", "not deployed yet"
    if line.manager is None:
        return "not recorded", "not recorded"
    scale = f" ({line.manager.subresource})" if line.manager.subresource else ""
    return f"{line.manager.name}{scale}", line.manager.time or "not recorded"


def _value(line: Line, value: Any) -> str:
    if line.field == OBJECT:
        return "missing" if value is ABSENT else "there"
    if value is ABSENT:
        return "(not set)"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def document(stack: str, found: Iterable[Line]) -> dict[str, Any]:
    """Return the report as data, without `wanted` or `live` where there is no value."""
    return {"stack": stack, "drift": [_entry(line) for line in found]}


def _entry(line: Line) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "apiVersion": line.api_version,
        "kind": line.kind,
        "namespace": line.namespace,
        "name": line.name,
        "field": "" if line.field == OBJECT else line.field,
        "cause": line.cause,
        "changedBy": line.manager.name if line.manager else "",
        "operation": line.manager.operation if line.manager else "",
        "subresource": line.manager.subresource if line.manager else "",
        "changedAt": line.manager.time if line.manager else "",
    }
    values = {"wanted": line.wanted, "live": line.live}
    if line.field == OBJECT:
        return {**entry, **{key: value is not ABSENT for key, value in values.items()}}
    return {**entry, **{key: value for key, value in values.items() if value is not ABSENT}}
