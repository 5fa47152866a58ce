"""Every Helm chart of the program, by version, in one place; the images are in components/images.py.

Source of the coordinates: otwld/ollama-helm, Chart.yaml and README; danny-avila/LibreChat,
helm/librechat/Chart.yaml and .github/workflows/helmcharts.yml, which publishes to the OCI registry only.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Chart:
    """One pinned chart.

    chart: name in its repository, or its whole OCI reference.
    repository: URL of the repository; empty for an OCI reference or a path.
    version: the pinned version; empty for a folder or an archive, which has its own.
    """

    chart: str
    repository: str
    version: str


CHARTS: dict[str, Chart] = {
    "ollama": Chart("ollama", "https://helm.otwld.com/", "1.77.0"),
    "librechat": Chart("oci://ghcr.io/danny-avila/librechat-chart/librechat", "", "2.0.8"),
}
"""The charts by the name of the component that they deploy. That of Ollama is the release whose `appVersion` is the
pinned image's."""

_PATH = re.compile(r"\.{0,2}/.*|.*\.tgz")


def is_path(chart: str) -> bool:
    """Say whether a chart is a folder or an archive: it begins with `/`, `./` or `../`, or ends with `.tgz`."""
    return _PATH.fullmatch(chart) is not None


def is_complete(chart: str) -> bool:
    """Say whether a chart's location needs no repository: a path, or an OCI reference."""
    return is_path(chart) or chart.startswith("oci://")


def resolve(name: str, *, chart: str = "", repository: str = "", version: str = "") -> Chart:
    """Give the coordinates of a chart.

    name: key of `CHARTS`.
    chart: path, OCI reference, or name in the repository; empty for the pinned one.
    repository: URL of a mirror of the repository; empty for the pinned one.
    version: version in place of the pinned one; empty for that.
    """
    pinned = CHARTS[name]
    location = chart or (name if repository else pinned.chart)
    if is_path(location):
        return Chart(location, "", "")
    return Chart(location, "" if is_complete(location) else repository or pinned.repository, version or pinned.version)
