"""How the settings of two stacks differ, including defaults."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import SecretStr

from cli.diff.data import changes, redacted
from cli.drift.paths import ABSENT
from cli.project import StackFile
from cli.render import encrypted_paths
from components.settings.key_paths import is_setting
from components.settings.rendering import render_value
from components.stack.settings import Settings

ENCRYPTED = "[encrypted]"
NOT_ENCRYPTED = "not encrypted"


class Difference(NamedTuple):
    """A setting that differs, or that cannot be compared because it is encrypted.

    Attributes:
        path: Key path of the setting.
        before: Value in the first stack as shown to people; never a secret.
        after: Value in the second stack as shown to people; never a secret.
    """

    path: str
    before: str
    after: str


def differences(before: StackFile, after: StackFile) -> list[Difference]:
    """Return the settings that differ, in the order of the reference page.

    Encrypted settings are listed but not compared: the same value is encrypted differently in each stack.
    """
    one, other = (set(encrypted_paths(stack.config)) for stack in (before, after))
    found = [
        Difference(change.path, _shown(change.parts, change.before), _shown(change.parts, change.after))
        for change in changes(_values(before), _values(after))
        if change.path not in one | other
    ]
    return found + [
        Difference(path, *(ENCRYPTED if path in paths else NOT_ENCRYPTED for paths in (one, other)))
        for path in sorted(one | other)
    ]


def _values(stack: StackFile) -> dict[str, Any]:
    return stack.settings()[0].model_dump(by_alias=True)


def _shown(parts: tuple[str, ...], value: Any) -> str:
    if value is ABSENT or value in ("", None):
        return "not set"
    if isinstance(value, SecretStr):
        return "[secret]" if value.get_secret_value() else "not set"
    path = tuple(part for part in parts if not part.startswith("["))
    if isinstance(value, list | Mapping):
        return json.dumps(redacted(parts, value))
    return render_value(path, value, is_setting(Settings, path))
