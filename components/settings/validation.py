"""Validation of raw settings against a section; everything that is wrong is gathered at once."""

import difflib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from .findings import Finding
from .key_paths import KeyPath, find_setting, key_paths, render_path, section_of
from .rendering import render_value
from .shapes import is_mapping

Model = TypeVar("Model", bound=BaseModel)


def _holds_secret(annotation: object) -> bool:
    """Return whether a setting is a secret or a section with one, so that a text in its place may be that secret."""
    nested = section_of(annotation)
    if nested:
        return any(_holds_secret(field.annotation) for field in nested.model_fields.values())
    return "SecretStr" in str(annotation)


def unknown_key_rule(model: type[BaseModel], path: KeyPath) -> str:
    """Return the message for an unknown key, with the most similar valid keys: of the same section, else of any.

    Args:
        model: The section that the path begins in.
        path: Key path of the unknown key.
    """
    section, _ = find_setting(model, path)
    name = str(path[-1])
    valid = [field.alias or key for key, field in (section or model).model_fields.items()]
    lower = {key.lower(): key for key in valid}
    near = [lower[key] for key in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.5)]
    parent = render_path(path[:-1])
    suggestions = [f"{parent}.{key}" if parent else key for key in near]
    if not suggestions:
        everywhere = {full.lower().rsplit(".", 1)[-1]: full for full in reversed(list(key_paths(model)))}
        found = difflib.get_close_matches(name.lower(), everywhere, n=3, cutoff=0.75)
        suggestions = [everywhere[key] for key in found]
    if suggestions:
        return f"unknown key, did you mean {' or '.join(f'`{key}`' for key in suggestions)}?"
    return f"unknown key, valid here: {', '.join(f'`{key}`' for key in sorted(valid))}"


_TYPES = {
    "string_type": "has to be text (put it in quotes)",
    "bool_type": "has to be true or false",
    "int_type": "has to be a whole number",
    "int_from_float": "has to be a whole number",
    "float_type": "has to be a number",
    "list_type": "has to be a list",
    "dict_type": "has to be a mapping",
    "model_type": "has to be a mapping of settings",
    "model_attributes_type": "has to be a mapping of settings",
}


def _rule(model: type[BaseModel], path: KeyPath, error: Mapping[str, Any]) -> str:
    kind = str(error["type"])
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        return unknown_key_rule(model, path)
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        choices = [part.strip("'") for part in str(context["expected"]).replace(" or ", ", ").split(", ")]
        return f"has to be one of {', '.join(choices)}"
    if kind.startswith(("greater_than", "less_than")):
        return f"has to be {str(error['msg']).removeprefix('Input should be ')}"
    if kind == "string_pattern_mismatch":
        return f"has to match {context['pattern']}"
    return _TYPES.get(kind, str(error["msg"]))


def _lookup(raw: Any, path: KeyPath) -> Any:
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return None
    return raw


def validate(
    model: type[Model], raw: Mapping[str, Any], hidden: frozenset[str] = frozenset()
) -> tuple[Model, list[Finding]]:
    """Validate raw settings against a section and return everything that is wrong.

    Refused values are dropped and the rest is validated again, so that one finding never hides another.

    Args:
        model: The section.
        raw: The settings, in camelCase.
        hidden: First keys below which no value is shown, because they are encrypted in the stack file.

    Returns:
        The settings without the refused values, and the findings.
    """
    remaining: dict[str, Any] = deepcopy(dict(raw))
    findings: dict[str, Finding] = {}
    while True:
        try:
            return model.model_validate(remaining), list(findings.values())
        except ValidationError as error:
            for entry in error.errors(include_url=False, include_input=False):
                path: KeyPath = tuple(part for part in entry["loc"] if part != "[key]")
                shown = "[secret]" if path[0] in hidden else _shown(model, path, _lookup(raw, path))
                finding = Finding(render_path(path), shown, _rule(model, path, entry))
                findings.setdefault(finding.path, finding)
                _drop(remaining, path)


def _shown(model: type[BaseModel], path: KeyPath, value: object) -> str:
    """Return a refused value as its finding shows it."""
    _, field = find_setting(model, path)
    if field is not None and _holds_secret(field.annotation) and not is_mapping(value):
        return "[secret]"
    return render_value(path, value, field is not None)


def _drop(remaining: dict[str, Any], path: KeyPath) -> None:
    """Remove a refused value; a refused entry of a list removes the whole list."""
    for end in range(len(path), 0, -1):
        holder = _lookup(remaining, path[: end - 1])
        if isinstance(holder, dict) and path[end - 1] in holder:
            del holder[path[end - 1]]
            return


def canonical(model: type[BaseModel], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return raw settings with the keys of known settings in camelCase; they may be in snake_case."""
    result: dict[str, Any] = {}
    for key, value in raw.items():
        field = model.model_fields.get(key)
        name = field.alias or key if field else key
        nested = section_of(field.annotation) if field else None
        result[name] = (
            canonical(nested, cast("Mapping[str, Any]", value)) if nested and isinstance(value, Mapping) else value
        )
    return result
