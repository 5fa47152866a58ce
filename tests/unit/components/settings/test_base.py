"""Defaults of nested sections, and outputs in place of values."""

import asyncio
from collections.abc import Iterator

import pulumi
import pytest
from pydantic import Field, SecretStr, ValidationError

from components.settings.base import Section, put_outputs, secret_text, take_outputs
from tests.unit.recording import run


@pytest.fixture(autouse=True)
def event_loop() -> Iterator[None]:
    """Give the Outputs of a test an event loop, which a program has."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    loop.close()


class Inner(Section):
    """A section in another."""

    size: str = "1Gi"
    storage_class: str = ""


class Outer(Section):
    """A section with a default of its own for the inner one."""

    inner: Inner = Inner(size="5Gi")
    labels: dict[str, str] = Field(default_factory=dict)


@pytest.mark.parametrize("key", ["storageClass", "storage_class"])
def test_a_section_given_in_part_keeps_the_default_of_its_place(key: str) -> None:
    assert Outer.model_validate({"inner": {key: "fast"}}).inner == Inner(size="5Gi", storage_class="fast")
    assert Inner.model_validate({key: "fast"}).size == "1Gi"


def test_unknown_keys_and_other_types_are_refused_without_the_value() -> None:
    for raw in ({"sise": "hunter2"}, {"size": ["hunter2"]}):
        with pytest.raises(ValidationError) as refused:
            Inner.model_validate(raw)
        assert "hunter2" not in str(refused.value)


def test_outputs_are_taken_out_and_put_back_in_their_places() -> None:
    def program() -> None:
        later = pulumi.Output.from_input("10Gi")
        args = {"inner": {"size": later, "storage_class": "fast"}, "labels": {"a": later, "b": "c"}}
        known, outputs = take_outputs(args)
        assert known == {"inner": {"storage_class": "fast"}, "labels": {"b": "c"}}
        assert outputs == {"inner": {"size": later}, "labels": {"a": later}}
        complete = put_outputs(Outer.model_validate(known), outputs)
        assert complete.inner.size is later
        assert complete.inner.storage_class == "fast"
        assert complete.labels == {"a": later, "b": "c"}

    run(program)


def test_a_list_with_an_output_is_an_output() -> None:
    def program() -> None:
        later = pulumi.Output.from_input("a")
        assert take_outputs({"list": ["b", {"c": later}]}) == ({}, {"list": ["b", {"c": later}]})

    run(program)


def test_the_text_of_a_secret_is_given_only_when_asked_for() -> None:
    assert "hunter2" not in repr(SecretStr("hunter2"))
    assert secret_text(SecretStr("hunter2")) == "hunter2"
