"""Property values from the engine as plain Python: JSON's types and two markers.

The wire format is that of the SDK's protobuf ``Struct`` with signature keys for what JSON cannot say.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeGuard, cast

from google.protobuf import struct_pb2

_SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
_SECRET: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the name of a kind of value
_OUTPUT: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS: Final = frozenset(
    {
        _UNKNOWN,  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


Value: TypeAlias = Any
"""A property value or a part of one: a type of JSON, :class:`Secret` or :data:`UNKNOWN`, to any depth."""


def is_object(value: Value) -> TypeGuard[dict[str, Value]]:
    """Return whether a value is a JSON object."""
    return isinstance(value, dict)


def is_list(value: Value) -> TypeGuard[list[Value]]:
    """Return whether a value is a JSON array."""
    return isinstance(value, list)


def as_object(value: Value) -> dict[str, Value]:
    """Return a value that is an object if it is set; an empty one if it is absent or null."""
    return value or {}


def as_list(value: Value) -> list[Value]:
    """Return a value that is a list if it is set; an empty one if it is absent or null."""
    return value or []


class Unknown:
    """A value that is only known after its source exists. There is one instance: :data:`UNKNOWN`."""

    def __repr__(self) -> str:
        return "<unknown>"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True, repr=False)
class Secret:
    """A value that the engine encrypts in the state and never shows."""

    value: Value

    def __repr__(self) -> str:
        return "<secret>"


def from_struct(struct: struct_pb2.Struct) -> dict[str, Value]:
    """Return the properties of a message. Whole numbers become int.

    Raises:
        ValueError: A value is an asset, an archive or a resource reference, which no resource here accepts.
    """
    return {key: _from_value(value) for key, value in struct.fields.items()}


def _from_value(value: struct_pb2.Value) -> Value:  # noqa: PLR0911 - one for each kind
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_from_value(item) for item in value.list_value.values]
    if kind != "struct_value":
        return None
    fields = value.struct_value.fields
    signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else ""
    if not signature:
        return from_struct(value.struct_value)
    if signature == _SECRET:
        return Secret(_from_value(fields["value"]))
    if signature == _OUTPUT:
        inner = _from_value(fields["value"]) if "value" in fields else UNKNOWN
        return Secret(inner) if "secret" in fields and fields["secret"].bool_value else inner
    raise ValueError("assets, archives and resource references are not supported")


def to_struct(properties: Mapping[str, Value]) -> struct_pb2.Struct:
    """Return properties as a message: the inverse of :func:`from_struct`."""
    struct = struct_pb2.Struct()
    for key, item in properties.items():
        _fill(struct.fields[key], item)
    return struct


def _fill(target: struct_pb2.Value, value: Value) -> None:
    if value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        target.bool_value = value
    elif isinstance(value, int | float):
        target.number_value = value
    elif isinstance(value, str):
        target.string_value = value
    elif isinstance(value, Unknown):
        target.string_value = _UNKNOWN
    elif isinstance(value, Secret):
        fields = target.struct_value.fields
        fields[_SIGNATURE].string_value = _SECRET
        _fill(fields["value"], value.value)
    elif isinstance(value, Mapping):
        target.struct_value.SetInParent()
        for key, item in cast("Mapping[str, Value]", value).items():
            _fill(target.struct_value.fields[key], item)
    else:
        target.list_value.SetInParent()
        for item in value:
            _fill(target.list_value.values.add(), item)


def reveal(value: Value) -> Value:
    """Return a deep copy without markers of secrets, which must only be sent to the cluster."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if is_object(value):
        return {key: reveal(item) for key, item in value.items()}
    if is_list(value):
        return [reveal(item) for item in value]
    return value


def has_unknown(value: Value) -> bool:
    """Return whether anything in a value is unknown."""
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if is_object(value):
        return any(map(has_unknown, value.values()))
    if is_list(value):
        return any(map(has_unknown, value))
    return value is UNKNOWN


def has_secret(value: Value) -> bool:
    """Return whether anything in a value is secret."""
    if is_object(value):
        return any(map(has_secret, value.values()))
    if is_list(value):
        return any(map(has_secret, value))
    return isinstance(value, Secret)


def mark_secrets(plain: Value, source: Value) -> Value:
    """Return a plain value with secrets marked as in the value that it was created from.

    Objects are marked key by key, so that one secret does not hide everything else. A list with a secret
    in it becomes secret as a whole, because its elements may have moved.
    """
    if is_object(plain) and is_object(source):
        return {key: mark_secrets(item, source[key]) if key in source else item for key, item in plain.items()}
    if has_secret(source) and not isinstance(plain, Secret):
        return Secret(plain)
    return plain
