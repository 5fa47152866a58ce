"""Plots as SVG, written by hand: three lines and two axes need no library."""

from collections.abc import Mapping
from html import escape

WIDTH, HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 150, 40, 45
_COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed")
_TICKS = 5


def ticks(most: float) -> list[float]:
    """Return round values from 0 up to the first one that is not below the maximum."""
    step = next(base * 10**power for power in range(-3, 9) for base in (1, 2, 5) if base * 10**power * _TICKS >= most)
    found = [0.0]
    while found[-1] < most:
        found.append(round(found[-1] + step, 6))
    return found


def line_plot(title: str, x_title: str, y_title: str, series: Mapping[str, Mapping[float, float]]) -> str:
    """Draw points connected by lines, one line a series, with both axes from 0.

    Raises:
        ValueError: There are no points.
    """
    points = [point for line in series.values() for point in line.items()]
    if not points:
        raise ValueError(f"{title}: nothing to draw")
    x_ticks, y_ticks = ticks(max(x for x, _ in points)), ticks(max(y for _, y in points))

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + x / x_ticks[-1] * (WIDTH - _LEFT - _RIGHT)
        return round(across, 1), round(HEIGHT - _BOTTOM - y / y_ticks[-1] * (HEIGHT - _TOP - _BOTTOM), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="22" font-size="14" font-weight="bold">{escape(title)}</text>',
        f'<text x="{(_LEFT + WIDTH - _RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{escape(x_title)}</text>',
        f'<text transform="translate(14 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">{escape(y_title)}</text>',
    ]
    for value in y_ticks:
        x, y = place(0, value)
        parts.append(f'<path d="M{x} {y}H{WIDTH - _RIGHT}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{value:g}</text>')
    for value in x_ticks:
        x, y = place(value, 0)
        parts.append(f'<text x="{x}" y="{y + 16}" text-anchor="middle">{value:g}</text>')
    for number, (name, line) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        placed = [place(x, y) for x, y in sorted(line.items())]
        joined = " ".join(f"{x},{y}" for x, y in placed)
        parts.append(f'<polyline points="{joined}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>' for x, y in placed]
        below = _TOP + 18 * number
        parts.append(f'<rect x="{WIDTH - _RIGHT + 15}" y="{below}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - _RIGHT + 33}" y="{below + 10}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def bar_plot(title: str, x_title: str, bars: Mapping[str, Mapping[str, float]]) -> str:
    """Draw horizontal bars: one group a row, one colour a series.

    Raises:
        ValueError: There are no bars.
    """
    values = [value for row in bars.values() for value in row.values()]
    if not values:
        raise ValueError(f"{title}: nothing to draw")
    names = list(dict.fromkeys(name for row in bars.values() for name in row))
    x_ticks = ticks(max(values))
    thick, gap, left = 11, 12, 110
    height = _TOP + _BOTTOM + sum(thick * len(row) + gap for row in bars.values())

    def across(value: float) -> float:
        return round(value / x_ticks[-1] * (WIDTH - left - _RIGHT), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="10" y="22" font-size="14" font-weight="bold">{escape(title)}</text>',
        f'<text x="{(left + WIDTH - _RIGHT) / 2}" y="{height - 8}" text-anchor="middle">{escape(x_title)}</text>',
    ]
    for value in x_ticks:
        x = left + across(value)
        parts.append(f'<path d="M{x} {_TOP}V{height - _BOTTOM}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{x}" y="{height - _BOTTOM + 16}" text-anchor="middle">{value:g}</text>')
    top = _TOP + gap / 2
    for row, found in bars.items():
        middle = top + thick * len(found) / 2 + 4
        parts.append(f'<text x="{left - 8}" y="{middle}" text-anchor="end">{escape(row)}</text>')
        for name, value in found.items():
            colour = _COLOURS[names.index(name) % len(_COLOURS)]
            parts.append(f'<rect x="{left}" y="{top}" width="{across(value)}" height="{thick - 1}" fill="{colour}"/>')
            top += thick
        top += gap
    for number, name in enumerate(names):
        below = _TOP + 18 * number
        colour = _COLOURS[number % len(_COLOURS)]
        parts.append(f'<rect x="{WIDTH - _RIGHT + 15}" y="{below}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - _RIGHT + 33}" y="{below + 10}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
