"""Values of settings in messages."""

import re
from collections.abc import Mapping

from pydantic import SecretStr

from .key_paths import KeyPath
from .shapes import is_list

_SHOWN = 80
_SECRET_NAME = re.compile(r"pass|pwd|secret|token|cred|auth|uri|key", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"://\S*@|^[0-9a-fA-F]{32,}$")


def render_value(path: KeyPath, value: object, known: bool = False) -> str:
    """Return a value as a message shows it: shortened, without the content of sections, and without secrets.

    Args:
        path: Key path of the value.
        value: The value.
        known: Whether the path is that of a setting, whose type says whether it is a secret. The value of any other
            key is hidden if its name looks like that of a secret.
    """
    if isinstance(value, Mapping):
        return "a mapping"
    if is_list(value) and value:
        return "a list"
    names = [part for part in path if isinstance(part, str)]
    if not known and names and _SECRET_NAME.search(names[-1]) and not isinstance(value, bool):
        return "[secret]"
    if isinstance(value, SecretStr) or _SECRET_VALUE.search(str(value)):
        return "[secret]"
    text = repr(value) if not isinstance(value, bool) else str(value).lower()
    text = text.replace("'", '"', 1)[:-1] + '"' if text.startswith("'") and text.endswith("'") else text
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
