"""Paths of fields in an object: steps through mappings, and through lists by the key that identifies an item."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cli.data import is_list, is_mapping


@dataclass(frozen=True)
class Key:
    """An item of a list by its merge key, for example the container named `ollama`.

    Attributes:
        fields: Name and value of each field of the key, as in the object.
    """

    fields: tuple[tuple[str, Any], ...]

    def matches(self, item: object) -> bool:
        """Return whether an item has this key; an item that leaves a field to its default (`protocol`) matches too."""
        if not is_mapping(item):
            return False
        given = [item[name] == value for name, value in self.fields if name in item]
        return bool(given) and all(given)


@dataclass(frozen=True)
class Item:
    """An item of a set (a list of unique scalars), by its value."""

    value: Any


Step = str | int | Key | Item
Path = tuple[Step, ...]


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Any = _Absent()
"""Stands for a missing value, as opposed to null."""


def child(value: Any, step: Step) -> Any:
    """Return the value one step below a value; ABSENT if there is none."""
    if isinstance(step, str):
        return value.get(step, ABSENT) if is_mapping(value) else ABSENT
    if not is_list(value):
        return ABSENT
    if isinstance(step, int):
        return value[step] if 0 <= step < len(value) else ABSENT
    if isinstance(step, Item):
        return step.value if step.value in value else ABSENT
    return next((item for item in value if step.matches(item)), ABSENT)


def descend(value: Any, path: Path) -> Any:
    """Return the value at a path; ABSENT if there is none."""
    for step in path:
        value = child(value, step)
    return value


def pointer(value: Any, path: Path) -> str:
    """Return the JSON pointer (RFC 6901) to the current value at a path.

    Raises:
        KeyError: There is no value.
    """
    text = ""
    for step in path:
        if child(value, step) is ABSENT:
            raise KeyError(render(path))
        position: str | int
        if isinstance(step, Key):
            position = next(index for index, item in enumerate(value) if step.matches(item))
        elif isinstance(step, Item):
            position = value.index(step.value)
        else:
            position = step
        text += "/" + str(position).replace("~", "~0").replace("/", "~1")
        value = child(value, step)
    return text


def render(path: Path) -> str:
    """Return a path for people: `spec.template.spec.containers[ollama].env[OLLAMA_HOST].value`."""
    text = ""
    for step in path:
        if isinstance(step, str) and re.fullmatch(r"[A-Za-z0-9_-]+", step):
            text += f".{step}" if text else step
        elif isinstance(step, str):
            text += f"[{json.dumps(step)}]"
        elif isinstance(step, Key):
            single = len(step.fields) == 1
            text += "[" + ",".join(str(v) if single else f"{k}={v}" for k, v in step.fields) + "]"
        else:
            text += f"[{step.value if isinstance(step, Item) else step}]"
    return text


def parse(text: str) -> Path:
    """Parse a path as the engine writes it: `spec.containers[0].name`, `data["a.b"]`."""
    return tuple(_steps(text))


def _steps(text: str) -> Iterator[Step]:
    for quoted, index, plain in re.findall(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.\[\]]+)', text):
        if index:
            yield int(index)
        else:
            yield quoted.replace('\\"', '"') or plain
