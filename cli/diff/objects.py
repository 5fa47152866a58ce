"""How the objects that two stacks declare differ."""

from dataclasses import dataclass
from typing import Any

import yaml

from cli.data import is_list, is_mapping
from cli.diff.data import Change, changes, redacted
from cli.project import StackFile
from cli.recording import Recording, Resource
from cli.render import render
from components.librechat.config.lint_secrets import REDACTED
from components.stack.settings import DEVELOPMENT

Key = tuple[str, str, str]
"""Kind, namespace and name; the namespace and the name are empty for what is not a cluster object."""

_DERIVED = ("checksum/",)
"""Annotations that only reflect other differences, which are shown themselves."""


@dataclass(frozen=True)
class ObjectDifference:
    """An object that differs.

    Attributes:
        kind: Kind of the object.
        namespace: Namespace of the object.
        name: Name of the object.
        only: The only stack that has it; empty if both have it.
        changes: Its differences; empty for an object that only one stack has.
    """

    kind: str
    namespace: str
    name: str
    only: str
    changes: tuple[Change, ...]


def comparable(stack: StackFile) -> Recording:
    """Render a stack with the same names as every other stack.

    Namespaces and the label `env` always differ, in every object. Their settings are compared separately.
    """
    spaces = stack.config.get("namespaces")
    names = {"prefix", "ollama", "librechat"}
    kept = {key: value for key, value in spaces.items() if key not in names} if is_mapping(spaces) else {}
    return render(stack, {"namespaces": kept, "environment": DEVELOPMENT})


def differences(before: StackFile, after: StackFile) -> list[ObjectDifference]:
    """Return the objects that differ, ordered by namespace, kind and name.

    Raises:
        CommandError: The settings are invalid. The message has every finding.
    """
    one, other = (_by_key(comparable(stack)) for stack in (before, after))
    found: list[ObjectDifference] = []
    for key in sorted({*one, *other}, key=lambda key: (key[1], key[0], key[2])):
        if key in one and key in other:
            compared = tuple(map(_redacted, changes(one[key], other[key])))
            if compared:
                found.append(ObjectDifference(*key, "", compared))
        else:
            found.append(ObjectDifference(*key, before.name if key in one else after.name, ()))
    return found


def _redacted(change: Change) -> Change:
    before, after = (redacted(change.parts, value) for value in (change.before, change.after))
    return change._replace(before=before, after=after)


def _by_key(recording: Recording) -> dict[Key, dict[str, Any]]:
    custom = [found for found in recording.resources if found.custom and not found.type.startswith("pulumi:providers:")]
    return {_key(found): _content(found) for found in custom}


def _key(found: Resource) -> Key:
    metadata = found.metadata
    return found.kind, str(metadata.get("namespace", "")), str(metadata.get("name") or found.name)


def _content(found: Resource) -> dict[str, Any]:
    """Return what is compared: the inputs of an object, with secrets hidden, and its Pulumi options."""
    content = _visible(found, found.inputs, "")
    options = {"protect": found.protect, "retainOnDelete": found.retain_on_delete}
    return {**content, "options": options}


def _visible(found: Resource, value: Any, path: str) -> Any:
    if path and found.is_secret(path):
        return REDACTED
    if is_mapping(value):
        keys = sorted(key for key in value if not key.startswith(_DERIVED))
        return {key: _visible(found, value[key], f"{path}.{key}" if path else key) for key in keys}
    if is_list(value):
        return [_visible(found, entry, f"{path}.{index}") for index, entry in enumerate(value)]
    if isinstance(value, str) and path.endswith((".yaml", ".yml")):
        return yaml.safe_load(value)  # librechat.yaml: compared by its settings, not its text
    return value
