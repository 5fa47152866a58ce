"""Differences between nested data."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.diff.data import changes, redacted
from cli.drift.paths import ABSENT

NAMES = st.text("abc./", min_size=1, max_size=3)
DATA = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3),
    max_leaves=12,
)


def paths(before: Any, after: Any) -> dict[str, tuple[Any, Any]]:
    return {change.path: (change.before, change.after) for change in changes(before, after)}


@given(DATA)
def test_nothing_differs_from_itself(data: Any) -> None:
    assert paths(data, data) == {}


@given(DATA, DATA)
def test_what_differs_is_found_and_both_ways_alike(one: Any, other: Any) -> None:
    assert bool(paths(one, other)) == (one != other)
    assert {change.path for change in changes(one, other)} == {change.path for change in changes(other, one)}


def test_entries_of_a_list_are_told_apart_by_their_name() -> None:
    before = {"containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}]}
    after = {"containers": [{"name": "b", "image": "y:2"}]}
    assert paths(before, after) == {
        "containers[a]": ({"name": "a", "image": "x:1"}, ABSENT),
        "containers[b].image": ("y:1", "y:2"),
    }


def test_entries_without_names_are_told_apart_by_their_place() -> None:
    before, after = [{"from": [], "port": 1}], [{"from": [], "port": 2}, {"port": 3}]
    assert paths(before, after) == {"[0].port": (1, 2), "[1]": (ABSENT, {"port": 3})}


def test_a_key_with_dots_is_quoted() -> None:
    assert paths({"a": {"b.c/d": 1}}, {"a": {}}) == {'a["b.c/d"]': (1, ABSENT)}


@pytest.mark.parametrize(
    ("parts", "value", "shown"),
    [
        (("env", "[API_KEY]", "value"), "hunter2", "[secret]"),
        (("env", "[LOG_LEVEL]", "value"), "debug", "debug"),
        (("data", "password"), "hunter2", "[secret]"),
        (("url",), "https://user:hunter2@example.org", "[secret]"),
        (("note",), "sk-abcdefghijklmnop1234", "[secret]"),
        (("tls", "secretName"), "chat-tls", "chat-tls"),
        (("env",), {"name": "TOKEN", "value": "hunter2"}, {"name": "TOKEN", "value": "[secret]"}),
        (("list",), [{"apiKey": "hunter2"}, 3], [{"apiKey": "[secret]"}, 3]),
    ],
)
def test_what_is_secret_by_name_or_look_is_not_shown(parts: tuple[str, ...], value: Any, shown: Any) -> None:
    assert redacted(parts, value) == shown
