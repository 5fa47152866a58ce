"""Merging of nested mappings: what is merged, replaced and removed, and in which order."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from components.settings.merge import deep_merge
from components.settings.shapes import is_mapping

# Few keys, so that the two sides of a merge meet.
nested = st.recursive(
    st.none() | st.integers() | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)
trees = st.dictionaries(st.sampled_from("abcd"), nested, max_size=4)


def holds_null(value: object) -> bool:
    if is_mapping(value):
        return any(below is None or holds_null(below) for below in value.values())
    return False


@given(trees, trees)
def test_merging_twice_is_merging_once(base: dict[str, Any], extra: dict[str, Any]) -> None:
    once = deep_merge(base, extra)
    assert deep_merge(once, extra) == once
    assert list(deep_merge(once, extra)) == list(once)


@given(trees, trees)
def test_a_merge_holds_what_extra_says_and_changes_neither(base: dict[str, Any], extra: dict[str, Any]) -> None:
    before = deepcopy((base, extra))
    merged = deep_merge(base, extra)
    assert (base, extra) == before
    for key, value in extra.items():
        if value is None:
            assert key not in merged
        elif not isinstance(value, Mapping):
            assert merged[key] == value
    assert {key: merged[key] for key in base if key not in extra} == {
        key: value for key, value in base.items() if key not in extra
    }
    assert not holds_null(deep_merge({}, extra))


@given(trees, trees)
def test_a_merge_keeps_the_order_of_the_keys(base: dict[str, Any], extra: dict[str, Any]) -> None:
    merged = list(deep_merge(base, extra))
    kept = [key for key in base if key in merged]
    assert merged[: len(kept)] == kept
    assert merged[len(kept) :] == [key for key in extra if key in merged and key not in base]


@given(trees)
def test_merging_nothing_changes_nothing(base: dict[str, Any]) -> None:
    assert deep_merge(base, {}) == base
