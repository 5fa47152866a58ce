"""Medians, spread and slopes."""

import pytest

from benchmarks.statistics import slope, summary


def test_a_summary_has_the_median_and_both_ends() -> None:
    found = summary([3.0, 1.0, 2.0, 9.0, 2.5])
    assert (found.median, found.least, found.most, found.count) == (2.5, 1.0, 9.0, 5)
    assert str(found) == "2.50 (1.00 to 9.00)"


def test_no_samples_have_no_summary() -> None:
    with pytest.raises(ValueError, match="no samples"):
        summary([])


def test_the_slope_of_a_line_is_its_own() -> None:
    assert slope({x: 0.75 + 0.014 * x for x in (5, 10, 250)}) == pytest.approx(0.014)


def test_one_point_has_no_slope() -> None:
    with pytest.raises(ValueError, match="two points"):
        slope({5: 1.0})
