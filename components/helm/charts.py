"""Helm charts: how they are pinned, and where a setting takes them from instead.

Each component pins its own, in `versions.py`.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Chart:
    """One pinned chart.

    Attributes:
        chart: Name in its repository, or its full OCI reference, or a path.
        repository: URL of the repository; empty for an OCI reference or a path.
        version: The pinned version; empty for a directory or an archive, which has its own.
    """

    chart: str
    repository: str
    version: str

    @property
    def name(self) -> str:
        """Name of the chart without its location."""
        return self.chart.rpartition("/")[2]


_PATH = re.compile(r"\.{0,2}/.*|.*\.tgz")


def is_path(chart: str) -> bool:
    """Return whether a chart is a directory or an archive: it begins with `/`, `./` or `../`, or ends with `.tgz`."""
    return _PATH.fullmatch(chart) is not None


def is_complete(chart: str) -> bool:
    """Return whether the location of a chart needs no repository: it is a path or an OCI reference."""
    return is_path(chart) or chart.startswith("oci://")


def resolve(pinned: Chart, *, chart: str = "", repository: str = "", version: str = "") -> Chart:
    """Return the chart to install.

    Args:
        pinned: The pinned chart.
        chart: Path, OCI reference, or name in the repository; empty for the pinned one.
        repository: URL of a mirror of the repository; empty for the pinned one.
        version: Version that replaces the pinned one; empty for none.
    """
    location = chart or (pinned.name if repository else pinned.chart)
    if is_path(location):
        return Chart(location, "", "")
    return Chart(location, "" if is_complete(location) else repository or pinned.repository, version or pinned.version)
