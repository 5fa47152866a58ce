"""Plain data as the engine and the API server give it, in which anything may be missing or of another kind."""

from collections.abc import Mapping
from typing import Any, TypeGuard

Properties = Mapping[str, Any]
"""An object of JSON. What it holds is known only after a look: this is where `Any` comes in."""


def is_mapping(value: object) -> TypeGuard[Properties]:
    """Tell whether a value is an object of JSON."""
    return isinstance(value, Mapping)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Tell whether a value is an array of JSON."""
    return isinstance(value, list)


def mapping(value: object) -> Properties:
    """Return a value if it is an object of JSON, else an empty one."""
    return value if is_mapping(value) else {}


def sequence(value: object) -> list[Any]:
    """Return a value if it is an array of JSON, else an empty one."""
    return value if is_list(value) else []
