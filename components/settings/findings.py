"""Findings about settings: gathered all at once, shown with key path, value and rule."""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from .shapes import is_list, is_mapping

S = TypeVar("S", bound=BaseModel)
Path = tuple[str | int, ...]
_SHOWN = 80


Level = Literal["error", "warning", "unknown", "ok"]
"""`error`: `up` fails. `warning`: `up` succeeds, and something does not work as the settings say. `unknown`: it cannot
be told from here. `ok`: as it should be."""

LEVELS: tuple[Level, ...] = ("error", "warning", "unknown", "ok")
"""Every level, the gravest first."""


@dataclass(frozen=True)
class Finding:
    """What a check found: where, what is wrong there, and what to do.

    Attributes:
        path: Where: the key path of a setting, for example `ollama.gpu.count`, or what was looked at in a cluster.
        value: The value of the setting as shown to a person; never that of a secret.
        rule: What is wrong. Of a setting also what it should be and, where it helps, what to write instead.
        level: How grave it is.
        why: Why it matters, where that is not plain.
        fix: What to do, where `rule` does not say it.
    """

    path: str
    value: str
    rule: str
    level: Level = "error"
    why: str = ""
    fix: str = ""

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.path} = {self.value}: {self.rule}" if self.value else f"{self.path}: {self.rule}"


class SettingsError(ValueError):
    """Settings that were refused. The message holds every finding.

    findings: the findings, in the order of the key paths.
    """

    def __init__(self, findings: Sequence[Finding], source: str = "the configuration") -> None:
        self.findings = tuple(findings)
        count = "1 setting" if len(findings) == 1 else f"{len(findings)} settings"
        lines = "\n".join(f"  {finding}" for finding in self.findings)
        super().__init__(f"{count} of {source} refused, nothing was changed:\n{lines}")


def render_path(path: Path) -> str:
    """Write a key path as `pulumi config set --path` takes it: `ollama.models[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not part or "." in part or "/" in part:
            text += f'["{part}"]'
        else:
            text += f".{part}" if text else part
    return text


_SECRET_NAME = re.compile(r"pass|pwd|secret|token|cred|auth|uri|key", re.IGNORECASE)
_SECRET_VALUE = re.compile(r"://\S*@|^[0-9a-fA-F]{32,}$")


def render_value(path: Path, value: object, known: bool = False) -> str:
    """Write a value for a message, shortened; a whole section or anything that may be a secret is not shown.

    known: whether the path is that of a setting, so that its name alone says nothing.
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


def section_of(annotation: object) -> type[BaseModel] | None:
    """Give the section that an annotation names, looking into lists and unions; None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {list, dict, Union, UnionType}:
        return next(filter(None, map(section_of, get_args(annotation))), None)
    return None


def key_paths(model: type[BaseModel], prefix: str = "") -> Iterable[str]:
    """Give every key path below a section, in the camelCase of a stack file."""
    for field in model.model_fields.values():
        path = f"{prefix}{field.alias}"
        yield path
        nested = section_of(field.annotation)
        if nested and get_origin(field.annotation) is None:
            yield from key_paths(nested, f"{path}.")


def _walk(model: type[BaseModel], path: Path) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """Follow a path from a section: the section that holds the last key, and the setting of that key."""
    section: type[BaseModel] | None = model
    field: FieldInfo | None = None
    named = False
    for index, part in enumerate(path):
        if isinstance(part, int):
            continue
        if named:  # the name of a section among others of its kind
            named = False
            continue
        field = (
            next((f for name, f in section.model_fields.items() if part in {name, f.alias}), None) if section else None
        )
        if index < len(path) - 1:
            section = section_of(field.annotation) if field else None
            named = field is not None and section is not None and get_origin(field.annotation) is dict
    return section, field


def is_setting(model: type[BaseModel], path: Path) -> bool:
    """Say whether a path is that of a setting, and not of a key in the free content of one."""
    return _walk(model, path)[1] is not None


def _holds_secret(annotation: object) -> bool:
    """Say whether a setting is a secret, or a section with one: a text in its place may be that secret."""
    nested = section_of(annotation)
    if nested:
        return any(_holds_secret(field.annotation) for field in nested.model_fields.values())
    return "SecretStr" in str(annotation)


def unknown_key_rule(model: type[BaseModel], path: Path) -> str:
    """Say that a key is unknown, and which valid ones are nearest: in the same section, then anywhere."""
    section, _ = _walk(model, path)
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


def _rule(model: type[BaseModel], path: Path, error: Mapping[str, Any]) -> str:
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


def _lookup(raw: Any, path: Path) -> Any:
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
                path: Path = tuple(part for part in entry["loc"] if part != "[key]")
                text = render_path(path)
                _, field = _walk(model, path)
                value: object = _lookup(raw, path)
                secret = field is not None and _holds_secret(field.annotation) and not is_mapping(value)
                shown = "[secret]" if secret or path[0] in hidden else render_value(path, value, field is not None)
                findings.setdefault(text, Finding(text, shown, _rule(model, path, entry)))
                _drop(remaining, path)


def _drop(remaining: dict[str, Any], path: Path) -> None:
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
