"""Key paths of settings: as text, and resolved to a section and a setting."""

from collections.abc import Iterable
from types import UnionType
from typing import Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

KeyPath = tuple[str | int, ...]
"""Keys from the outermost section inwards; a number is the position in a list."""


def render_path(path: KeyPath) -> str:
    """Return a key path as text, as `pulumi config set --path` accepts it: `ollama.models[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif not part or "." in part or "/" in part:
            text += f'["{part}"]'
        else:
            text += f".{part}" if text else part
    return text


def section_of(annotation: object) -> type[BaseModel] | None:
    """Return the section in a type annotation, also inside lists, mappings and unions; None if it has none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in {list, dict, Union, UnionType}:
        return next(filter(None, map(section_of, get_args(annotation))), None)
    return None


def key_paths(model: type[BaseModel], prefix: str = "") -> Iterable[str]:
    """Yield every key path below a section, in the camelCase of a stack file.

    Args:
        model: The section.
        prefix: Key path of the section with a dot at the end; empty for the root.
    """
    for field in model.model_fields.values():
        path = f"{prefix}{field.alias}"
        yield path
        nested = section_of(field.annotation)
        if nested and get_origin(field.annotation) is None:
            yield from key_paths(nested, f"{path}.")


def find_setting(model: type[BaseModel], path: KeyPath) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """Resolve a key path.

    Args:
        model: The section that the path begins in.
        path: The key path.

    Returns:
        The section of the last key, and its setting; None for each that does not exist.
    """
    section: type[BaseModel] | None = model
    field: FieldInfo | None = None
    named = False
    for index, part in enumerate(path):
        if isinstance(part, int):
            continue
        if named:  # a key of a mapping of sections
            named = False
            continue
        field = (
            next((f for name, f in section.model_fields.items() if part in {name, f.alias}), None) if section else None
        )
        if index < len(path) - 1:
            section = section_of(field.annotation) if field else None
            named = field is not None and section is not None and get_origin(field.annotation) is dict
    return section, field


def is_setting(model: type[BaseModel], path: KeyPath) -> bool:
    """Return whether a key path is that of a setting, and not of a key in a setting with free content."""
    return find_setting(model, path)[1] is not None
