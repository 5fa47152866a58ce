"""Values in messages."""

import pytest

from components.settings.rendering import render_value


@pytest.mark.parametrize(
    ("path", "value", "shown"),
    [
        (("ollama", "x"), "a", '"a"'),
        (("ollama", "x"), 1, "1"),
        (("ollama", "x"), True, "true"),
        (("ollama", "x"), {"password": "p"}, "a mapping"),
        (("ollama", "x"), ["p"], "a list"),
        (("ollama", "password"), "p", "[secret]"),
        (("ollama", "apiKey"), "p", "[secret]"),
        (("ollama", "authorization"), "p", "[secret]"),
        (("ollama", "x"), "redis://:p@host", "[secret]"),
        (("ollama", "x"), "see redis://:p/q@host", "[secret]"),
        (("ollama", "x"), "0123456789abcdef0123456789abcdef", "[secret]"),
        (("ollama", "x"), "https://example.org", '"https://example.org"'),
    ],
)
def test_values_are_shown_unless_they_may_be_secret(path: tuple[str, ...], value: object, shown: str) -> None:
    assert render_value(path, value) == shown


def test_the_type_of_a_setting_says_whether_it_is_a_secret_and_not_its_name() -> None:
    assert render_value(("ollama", "exposure", "token"), "a", known=True) == '"a"'
    assert render_value(("ollama", "exposure", "token"), "a") == "[secret]"


def test_long_values_are_shortened() -> None:
    assert len(render_value(("x",), "a b " * 100)) < 100
