"""Property values to the engine's messages and back."""

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st

from sandbox.plugins.values import (
    UNKNOWN,
    Secret,
    from_struct,
    has_secret,
    has_unknown,
    mark_secrets,
    reveal,
    to_struct,
)

SIGNATURE = "4dabf18193072939515e22adb298388d"
scalars = st.none() | st.booleans() | st.integers(-(2**52), 2**52) | st.text(max_size=8) | st.just(UNKNOWN)
keys = st.text(min_size=1, max_size=6).filter(lambda key: key != SIGNATURE)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3) | st.builds(Secret, inner),
    max_leaves=12,
)


@given(st.dictionaries(keys, values, max_size=4))
def test_there_and_back(properties: dict[str, Any]) -> None:
    assert from_struct(to_struct(properties)) == properties


@given(st.dictionaries(keys, values, max_size=4))
def test_revealed_values_have_no_marks_of_secrets(properties: dict[str, Any]) -> None:
    assert not has_secret(reveal(properties))
    assert has_unknown(reveal(properties)) == has_unknown(properties)


@given(st.dictionaries(keys, values, max_size=4))
def test_what_was_secret_is_secret_again_after_marking(properties: dict[str, Any]) -> None:
    def secrets_at(value: Any, path: tuple[Any, ...] = ()) -> set[tuple[Any, ...]]:
        if has_secret(value) and not isinstance(value, dict):
            return {path}
        if isinstance(value, dict):
            return {found for key, item in value.items() for found in secrets_at(item, (*path, key))}
        return set()

    marked = mark_secrets(reveal(properties), properties)
    assert secrets_at(marked) == secrets_at(properties)
    assert reveal(marked) == reveal(properties)


def test_numbers() -> None:
    assert from_struct(to_struct({"whole": 3.0, "part": 0.5})) == {"whole": 3, "part": 0.5}
    assert isinstance(from_struct(to_struct({"whole": 3.0}))["whole"], int)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"value": "x", "secret": True}, Secret("x")),
        ({"value": "x", "secret": False}, "x"),
        ({"secret": True}, Secret(UNKNOWN)),
        ({}, UNKNOWN),
    ],
)
def test_values_of_other_resources(fields: dict[str, Any], expected: Any) -> None:
    struct = struct_pb2.Struct()
    struct.update({"p": {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", **fields}})
    assert from_struct(struct) == {"p": expected}


def test_assets_are_refused() -> None:
    struct = struct_pb2.Struct()
    struct.update({"p": {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "path": "/x"}})
    with pytest.raises(ValueError, match="assets"):
        from_struct(struct)


def test_a_secret_does_not_show_its_value() -> None:
    assert "hunter2" not in repr({"a": Secret("hunter2")})


def test_a_list_with_a_secret_becomes_secret_as_a_whole() -> None:
    assert mark_secrets({"a": ["x", "y"]}, {"a": [Secret("y"), "x"]}) == {"a": Secret(["x", "y"])}
