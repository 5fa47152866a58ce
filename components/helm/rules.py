"""Rules on settings that a chart cannot express, so that none of them is silently ignored."""

from collections.abc import Iterable, Iterator, Mapping

from ..settings.findings import Finding
from . import charts
from .settings import Helm

CHART_LABELS = ("app.kubernetes.io/instance", "app.kubernetes.io/version", "helm.sh/chart")
"""Labels that charts set on their objects; another one of the same name would be a duplicate key."""

CHART_NAMES = ("fullnameOverride", "nameOverride", "namespaceOverride")
"""Values that change the labels by which the Service and the NetworkPolicies select pods."""


def native_instead(prefix: str) -> str:
    """Return the advice to deploy without a chart."""
    return f"or use `{prefix}method: native`"


def location(helm: Helm, prefix: str) -> Iterator[Finding]:
    """Refuse settings of a chart's location that contradict each other, and values that rename its objects.

    Args:
        helm: The settings.
        prefix: Key path before `helm`, with its dot.
    """
    path = f"{prefix}helm."
    if helm.chart and charts.is_complete(helm.chart) and helm.repository:
        rule = f"has no effect, because `{path}chart` needs no repository; remove one of them"
        yield Finding(f"{path}repository", f'"{helm.repository}"', rule)
    if charts.is_path(helm.chart) and helm.version:
        rule = f"has no effect, because the chart in `{path}chart` has its own version; remove it"
        yield Finding(f"{path}version", f'"{helm.version}"', rule)
    if helm.chart and not charts.is_complete(helm.chart) and "/" in helm.chart:
        rule = "is neither a path (those begin with `./`, `../` or `/`) nor `oci://...` nor a name in a repository"
        yield Finding(f"{path}chart", f'"{helm.chart}"', rule)
    for name in CHART_NAMES:
        if name in helm.values:
            rule = "cannot be set, because the Service and the NetworkPolicies select pods by it; remove it"
            yield Finding(f"{path}values.{name}", f'"{helm.values[name]}"', rule)


def chart_labels(found: Iterable[str], path: str) -> Iterator[Finding]:
    """Refuse labels that charts set themselves.

    Args:
        found: Names of labels.
        path: Their key path.
    """
    for label in CHART_LABELS:
        if label in found:
            yield Finding(f'{path}["{label}"]', "", "is a label that the chart sets itself, choose another name")


def without_value(prefix: str, chart: str, settings: Mapping[str, object]) -> Iterator[Finding]:
    """Refuse settings that a chart has no value for, if they are set.

    Args:
        prefix: Key path before the settings, with its dot.
        chart: Name of the chart.
        settings: The settings by their key path after the prefix.
    """
    for path, value in settings.items():
        if value:
            rule = f"the chart {chart} has no value for it: remove it, {native_instead(prefix)}"
            shown = f'"{value}"' if isinstance(value, str) else "" if isinstance(value, (list, dict)) else str(value)
            yield Finding(f"{prefix}{path}", shown, rule)
