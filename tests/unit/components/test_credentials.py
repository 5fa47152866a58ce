"""Generated credentials: their format, and what replaces or protects them."""

import re

import pulumi
import pytest

from components.credentials import PASSWORD_LENGTH, hexadecimal, password
from tests.unit.recording import Recording, run


class Owner(pulumi.ComponentResource):
    """A component that credentials belong to."""

    def __init__(self) -> None:
        super().__init__("test:index:Owner", "owner")


def generate(*, protected: bool, keepers: dict[str, str] | None = None) -> Recording:
    def program() -> None:
        owner = Owner()
        pulumi.export("key", hexadecimal("key", 16, parent=owner, protected=protected, keepers=keepers))
        pulumi.export("password", password("password", parent=owner, protected=protected, keepers=keepers))

    return run(program)


def test_bytes_are_hexadecimal_and_passwords_need_no_escaping() -> None:
    generated = generate(protected=False).generated()
    assert re.fullmatch(r"[0-9a-f]{32}", generated["key"])
    assert re.fullmatch(rf"[A-Za-z0-9]{{{PASSWORD_LENGTH}}}", generated["password"])


@pytest.mark.parametrize("protected", [True, False])
def test_what_data_needs_is_protected_and_retained(protected: bool) -> None:
    found = generate(protected=protected).all("RandomPassword")
    assert len(found) == 2
    assert {(one.protect, one.retain_on_delete) for one in found} == {(protected, protected)}


def test_only_keepers_replace_a_credential() -> None:
    assert all(not one.inputs.get("keepers") for one in generate(protected=False).all("RandomPassword"))
    kept = generate(protected=False, keepers={"rotation": "2"}).all("RandomPassword")
    assert [one.inputs["keepers"] for one in kept] == [{"rotation": "2"}] * 2
