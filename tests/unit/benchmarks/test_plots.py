"""Plots: round ticks, every point inside, names that cannot break the file."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.plots import HEIGHT, WIDTH, bar_plot, line_plot, ticks

NUMBERS = st.floats(min_value=0.001, max_value=1e6)


@given(NUMBERS)
def test_ticks_go_from_nothing_to_all(most: float) -> None:
    found = ticks(most)
    assert found[0] == 0
    assert found[-2] < most <= found[-1]
    assert len(found) <= 7


@given(
    st.dictionaries(
        st.text(min_size=1, max_size=5).filter(str.isprintable),
        st.dictionaries(NUMBERS, NUMBERS, min_size=1, max_size=4),
        min_size=1,
        max_size=3,
    )
)
def test_every_point_is_inside(series: dict[str, dict[float, float]]) -> None:
    drawing = ET.fromstring(line_plot("t", "x", "y", series))  # noqa: S314 - made here
    circles = drawing.findall("{http://www.w3.org/2000/svg}circle")
    assert len(circles) == sum(map(len, series.values()))
    assert all(0 <= float(c.attrib["cx"]) <= WIDTH and 0 <= float(c.attrib["cy"]) <= HEIGHT for c in circles)


def test_bars_are_as_long_as_their_values() -> None:
    drawing = ET.fromstring(bar_plot("t", "x", {"up": {"a": 1.0, "b": 2.0}}))  # noqa: S314 - made here
    widths = [
        float(r.attrib["width"]) for r in drawing.iter("{http://www.w3.org/2000/svg}rect") if r.get("height") == "10"
    ]
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.2)


def test_nothing_is_not_drawn() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        line_plot("t", "x", "y", {})
    with pytest.raises(ValueError, match="nothing to draw"):
        bar_plot("t", "x", {})
