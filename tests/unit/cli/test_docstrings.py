"""Docstrings of settings become descriptions."""

from pydantic import BaseModel

from cli.docstrings import describe, docstrings


class Inner(BaseModel):
    """A section below another."""

    size: int = 1
    """In bytes."""


class Base(BaseModel):
    """What two sections share."""

    shared: int = 1
    """Of the base."""
    overridden: int = 1
    """Of the base."""


class Outer(Base):
    """A section."""

    inner: Inner = Inner()
    """A section,
    on two lines."""
    bare: int = 1
    overridden: int = 2
    """Of the section itself."""
    "Not a docstring: it follows one."


def test_a_docstring_is_the_text_after_a_setting() -> None:
    assert docstrings(Outer) == {
        "inner": "A section,\non two lines.",
        "overridden": "Of the section itself.",
        "shared": "Of the base.",
    }


def test_fields_are_described_in_sections_below_too() -> None:
    describe(Outer)
    assert Outer.model_fields["shared"].description == "Of the base."
    assert Outer.model_fields["bare"].description is None
    assert Inner.model_fields["size"].description == "In bytes."
