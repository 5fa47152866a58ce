"""Mappings and lists of unknown content, for code that reads librechat.yaml of any shape."""

from collections.abc import Mapping, Sequence
from typing import TypeGuard


def is_mapping(value: object) -> TypeGuard[Mapping[object, object]]:
    """Say whether a value is a mapping, whatever it holds."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[Sequence[object]]:
    """Say whether a value is a list, whatever it holds; text is none."""
    return isinstance(value, list | tuple)
