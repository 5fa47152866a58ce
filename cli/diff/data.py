"""Differences between two nested values, shown without secrets."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cli.data import is_list, is_mapping
from cli.drift.paths import ABSENT
from components.librechat.config.lint_secrets import REDACTED, looks_secret, names_secret


class Change(NamedTuple):
    """One difference.

    Attributes:
        parts: Path, one key a step; an entry of a list is `[name]` or `[0]`.
        before: Value before; `ABSENT` if there is none.
        after: Value after; `ABSENT` if there is none.
    """

    parts: tuple[str, ...]
    before: Any
    after: Any

    @property
    def path(self) -> str:
        """Path as text, for example `spec.template.spec.containers[ollama].image`."""
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
    """Return the differences between the leaves of two nested values; list entries are matched by their `name`."""
    one, other = _children(before), _children(after)
    if one is None or other is None:
        if before != after:
            yield Change(parts, before, after)
        return
    for key in dict.fromkeys([*one, *other]):
        yield from changes(one.get(key, ABSENT), other.get(key, ABSENT), (*parts, key))


def _children(value: Any) -> dict[str, Any] | None:
    """Return the children of a value by their step; None for a leaf."""
    if is_mapping(value):
        return {str(key): entry for key, entry in value.items()}
    if is_list(value) and value and all(is_mapping(entry) for entry in value):
        names = [entry.get("name") for entry in value]
        if None in names or len(set(map(str, names))) < len(names):
            names = list(range(len(value)))
        return {f"[{name}]": entry for name, entry in zip(names, value, strict=True)}
    return None


def redacted(parts: tuple[str, ...], value: Any) -> Any:
    """Return a value in which every text that looks like a secret, or whose key does, is `[secret]`.

    The key of an environment variable's value is the variable's name.
    """
    if is_mapping(value):
        variable = value.get("name")
        return {
            key: redacted((*parts, str(variable if key == "value" and variable else key)), entry)
            for key, entry in value.items()
        }
    if is_list(value):
        return [redacted(parts, entry) for entry in value]
    if not isinstance(value, str):
        return value
    named = parts[:-1] if parts and parts[-1] == "value" else parts
    return REDACTED if looks_secret(value) or (named and names_secret(named[-1])) else value
