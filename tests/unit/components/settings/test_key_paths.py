"""Key paths of settings."""

import pytest
from pydantic import Field

from components.settings.base import Section
from components.settings.key_paths import KeyPath, find_setting, is_setting, key_paths, render_path, section_of


class Inner(Section):
    """A section in others."""

    first_key: str = ""


class Outer(Section):
    """A section with others in every way."""

    inner: Inner = Inner()
    several: list[Inner] = Field(default_factory=list)
    named: dict[str, Inner] = Field(default_factory=dict)
    free: dict[str, str] = Field(default_factory=dict)
    maybe: Inner | None = None


def test_paths_are_written_as_pulumi_config_takes_them() -> None:
    assert render_path(("ollama", "models", 0)) == "ollama.models[0]"
    assert render_path(("labels", "example.org/team")) == 'labels["example.org/team"]'


def test_paths_go_into_sections_and_not_into_lists_of_them() -> None:
    assert list(key_paths(Outer)) == ["inner", "inner.firstKey", "several", "named", "free", "maybe"]


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [(Inner, Inner), (list[Inner], Inner), (dict[str, Inner], Inner), (Inner | None, Inner), (str, None)],
)
def test_sections_are_found_in_annotations(annotation: object, expected: type[Section] | None) -> None:
    assert section_of(annotation) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("inner", "firstKey"), True),
        (("inner", "first_key"), True),
        (("several", 0, "firstKey"), True),
        (("named", "any", "firstKey"), True),
        (("inner", "other"), False),
        (("free", "any"), False),
        (("named", "any", "other"), False),
    ],
)
def test_a_key_in_free_content_is_no_setting(path: KeyPath, expected: bool) -> None:
    assert is_setting(Outer, path) is expected


def test_the_section_of_an_unknown_key_is_found() -> None:
    assert find_setting(Outer, ("inner", "other")) == (Inner, None)
