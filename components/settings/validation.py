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

S = TypeVar("S", bound=BaseModel)


def _holds_secret(annotation: object) -> bool:
    """Say whether a setting is a secret, or a section with one: a text in its place may be that secret."""
    nested = section_of(annotation)
    if nested:
        return any(_holds_secret(field.annotation) for field in nested.model_fields.values())
    return "SecretStr" in str(annotation)


def unknown_key_rule(model: type[BaseModel], path: KeyPath) -> str:
    """Say that a key is unknown, and which valid ones are nearest: in the same section, then anywhere."""
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


def validate(model: type[S], raw: Mapping[str, Any], hidden: frozenset[str] = frozenset()) -> tuple[S, list[Finding]]:
    """Check raw settings, in camelCase, against a section and gather everything that is wrong.

    What is wrong is left out and the rest is checked again, so that one finding never hides another.
    hidden: first keys below which no value is shown, because the stack file holds them encrypted.

    Returns the settings without the refused values, and the findings.
    """
    remaining: dict[str, Any] = deepcopy(dict(raw))
    findings: dict[str, Finding] = {}
    while True:
        try:
            return model.model_validate(remaining), list(findings.values())
        except ValidationError as error:
            for entry in error.errors(include_url=False, include_input=False):
                path: KeyPath = tuple(part for part in entry["loc"] if part != "[key]")
                text = render_path(path)
                _, field = find_setting(model, path)
                value: object = _lookup(raw, path)
                secret = field is not None and _holds_secret(field.annotation) and not is_mapping(value)
                shown = "[secret]" if secret or path[0] in hidden else render_value(path, value, field is not None)
                findings.setdefault(text, Finding(text, shown, _rule(model, path, entry)))
                _drop(remaining, path)


def _drop(remaining: dict[str, Any], path: KeyPath) -> None:
    """Drop a broken value; a broken entry of a list drops the whole list."""
    for end in range(len(path), 0, -1):
        holder = _lookup(remaining, path[: end - 1])
        if isinstance(holder, dict) and path[end - 1] in holder:
            del holder[path[end - 1]]
            return


def canonical(model: type[BaseModel], raw: Mapping[str, Any]) -> dict[str, Any]:
    """Write the keys of known settings in camelCase, whichever of the two spellings they come in."""
    result: dict[str, Any] = {}
    for key, value in raw.items():
        field = model.model_fields.get(key)
        name = field.alias or key if field else key
        nested = section_of(field.annotation) if field else None
        result[name] = (
            canonical(nested, cast("Mapping[str, Any]", value)) if nested and isinstance(value, Mapping) else value
        )
    return result
