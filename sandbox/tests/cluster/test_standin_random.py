"""The Random stand-in in the engine; the official plugin passes the same tests where it is at hand."""

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_random as random
import pytest
from pulumi import ResourceOptions
from pulumi.automation import CommandError

from .conftest import MakeStack

pytestmark = pytest.mark.engine


def values(*, keeper: str = "1", number: int | None = None, **password: Any) -> Callable[[ResourceOptions], None]:
    """A program with one value of each type."""

    def program(_: ResourceOptions) -> None:
        made = random.RandomPassword("password", length=20, keepers={"k": keeper}, **password)
        content = random.RandomBytes("bytes", length=16)
        unique = random.RandomUuid("uuid")
        short = random.RandomId("id", byte_length=4, prefix="x-")
        text = random.RandomString("string", length=8, special=False)
        pulumi.export("password", made.result)
        pulumi.export("hash", made.bcrypt_hash)
        pulumi.export("hex", content.hex)
        pulumi.export("rest", pulumi.Output.all(unique.result, short.hex, text.result))
        pulumi.export("more", number)

    return program


def test_values_stay_until_a_keeper_changes(make: MakeStack) -> None:
    stack = make()
    assert stack.up(values())["create"] == 7
    first = stack.outputs()
    assert len(first["password"]) == 20
    assert first["hash"].startswith("$2a$10$") or first["hash"].startswith("$2b$10$")
    assert len(bytes.fromhex(first["hex"])) == 16

    assert stack.preview(values(), refresh=True, expect_no_changes=True) == {"same": 7}
    stack.up(values(number=2), refresh=True)
    assert {**stack.outputs(), "more": None} == {**first, "more": None}

    assert stack.up(values(keeper="2"))["replace"] == 1
    second = stack.outputs()
    assert second["password"] != first["password"]
    assert (second["hex"], second["rest"]) == (first["hex"], first["rest"])


def test_a_default_that_is_spelled_out_is_no_change(make: MakeStack) -> None:
    stack = make()
    stack.up(values())
    assert stack.preview(values(special=True, min_lower=0)) == {"same": 7}
    assert stack.preview(values(special=False))["replace"] == 1


def test_secrets_are_encrypted_in_the_state_and_not_shown(make: MakeStack) -> None:
    stack = make()
    stack.up(values())
    made = stack.outputs()
    written = stack.everything_written()
    for name in ("password", "hash", "hex"):
        assert made[name] not in written
    assert stack.resource("password")["id"] == "none"
    # As with the official plugin: the ID of RandomBytes is the value. Passwords are what secrets are made of.
    assert stack.resource("bytes")["id"] in written


def test_a_password_can_be_imported(make: MakeStack) -> None:
    value = "-".join(["an", "old", "password"])

    def program(import_: bool) -> Callable[[ResourceOptions], None]:
        def inner(_: ResourceOptions) -> None:
            opts = ResourceOptions(import_=value) if import_ else ResourceOptions()
            opts = ResourceOptions.merge(opts, ResourceOptions(ignore_changes=["bcryptHash"]))
            made = random.RandomPassword("password", length=len(value), opts=opts)
            pulumi.export("password", made.result)

        return inner

    stack = make()
    stack.up(program(True))
    assert stack.outputs()["password"] == value
    assert stack.preview(program(False))["same"] == 3


def test_wrong_inputs_are_refused_in_a_sentence(make: MakeStack) -> None:
    stack = make()
    with pytest.raises(CommandError, match=r"length|minLower|min_lower"):
        stack.up(values(min_lower=30))
