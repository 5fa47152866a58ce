"""Medians, spread and slopes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Summary:
    """Summary of the samples of one step, in seconds."""

    median: float
    least: float
    most: float
    count: int

    def __str__(self) -> str:
        """Return the median and, in brackets, the range."""
        return f"{self.median:.2f} ({self.least:.2f} to {self.most:.2f})"


def summary(samples: Sequence[float]) -> Summary:
    """Return median and range of samples.

    Raises:
        ValueError: There are no samples.
    """
    if not samples:
        raise ValueError("no samples")
    return Summary(median(samples), min(samples), max(samples), len(samples))


def slope(points: Mapping[float, float]) -> float:
    """Return the least-squares slope of a line through points, y by x.

    Raises:
        ValueError: There are fewer than two different x.
    """
    if len(points) < 2:  # noqa: PLR2004
        raise ValueError("a slope needs two points")
    mean_x, mean_y = sum(points) / len(points), sum(points.values()) / len(points)
    above = sum((x - mean_x) * (y - mean_y) for x, y in points.items())
    return above / sum((x - mean_x) ** 2 for x in points)
