"""Merging of nested mappings."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, cast


def deep_merge(base: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """Merge two mappings into a new one; neither is changed.

    Mappings are merged key by key, anything else in `extra` replaces what is in `base` (lists as a whole),
    and null removes a key. Keys of `base` keep their place, new ones follow in the order of `extra`.
    """
    merged = deepcopy(dict(base))
    for key, value in extra.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping):
            # Merged even if there is nothing below, so that nulls inside never reach the result.
            below: object = merged.get(key)
            merged[key] = deep_merge(
                cast(Mapping[str, Any], below) if isinstance(below, Mapping) else {},
                cast(Mapping[str, Any], value),
            )
        else:
            merged[key] = deepcopy(value)
    return merged
