"""Type checks for JSON from the engine and the API server, where values may be missing or of another type."""

from collections.abc import Mapping
from typing import Any, TypeGuard

Properties = Mapping[str, Any]
"""A JSON object. The types of its values are unknown until checked, hence `Any`."""


def is_mapping(value: object) -> TypeGuard[Properties]:
    """Return whether a value is a JSON object."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value is a JSON array."""
    return isinstance(value, list)


def mapping(value: object) -> Properties:
    """Return a value if it is a JSON object, else an empty one."""
    return value if is_mapping(value) else {}


def sequence(value: object) -> list[Any]:
    """Return a value if it is a JSON array, else an empty one."""
    return value if is_list(value) else []
