"""Differences between two pieces of nested data, and how they are shown without a secret."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from cli.data import is_list, is_mapping
from cli.drift.paths import ABSENT
from components.librechat.config.lint_secrets import REDACTED, looks_secret, names_secret


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
    """Return the differences in the leaves of nested data; entries of a list are told apart by their `name`."""
    one, other = _children(before), _children(after)
    if one is None or other is None:
        if before != after:
            yield Change(parts, before, after)
        return
    for key in dict.fromkeys([*one, *other]):
        yield from changes(one.get(key, ABSENT), other.get(key, ABSENT), (*parts, key))


def _children(value: Any) -> dict[str, Any] | None:
    """Return what is inside of a value, by its step; None for a leaf."""
    if is_mapping(value):
        return {str(key): entry for key, entry in value.items()}
    if is_list(value) and value and all(is_mapping(entry) for entry in value):
        names = [entry.get("name") for entry in value]
        if None in names or len(set(map(str, names))) < len(names):
            names = list(range(len(value)))
        return {f"[{name}]": entry for name, entry in zip(names, value, strict=True)}
    return None


def redacted(parts: tuple[str, ...], value: Any) -> Any:
    """Return a value with `[secret]` in the place of each text that looks like one, or that stands at a name of one.

    The value of an environment variable stands at the variable's name.
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
