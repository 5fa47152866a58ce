"""Quantities of Kubernetes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.settings.quantities import parse_quantity


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1), ("500m", "0.5"), ("0.5", "0.5"), ("1k", 1000), ("1Ki", 1024), ("1.5Gi", 3 * 2**29), ("2G", 2 * 10**9),
        ("1E", 10**18), ("1Ei", 2**60), ("1e3", 1000), ("1E3", 1000), ("12e-1", "1.2"), ("5.", 5), (".5", "0.5"),
        ("100u", "0.0001"), ("1n", "0.000000001"), ("1Pi", 2**50),
    ],
)  # fmt: skip
def test_a_quantity_stands_for_a_number(text: str, number: int | str) -> None:
    assert parse_quantity(text) == Decimal(number)


@given(st.text(max_size=12))
def test_what_is_no_quantity_is_a_finding_or_a_number(text: str) -> None:
    try:
        number = parse_quantity(text)
    except ValueError:
        return
    assert number >= 0
    assert text.isascii()
