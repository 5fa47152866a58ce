"""What a chart cannot express: refused by key path, so that no setting is dropped in silence."""

from collections.abc import Iterable, Iterator
from typing import Any

from ..helm import charts
from ..helm.settings import Helm
from ..librechat.settings import LibreChatSettings
from ..ollama.settings import OllamaPool
from ..settings.findings import Finding
from .settings import Settings

CHART_LABELS = ("app.kubernetes.io/instance", "app.kubernetes.io/version", "helm.sh/chart")
"""Labels that the charts give their objects; a second one of the same name would be a duplicate key."""

CHART_NAMES = ("fullnameOverride", "nameOverride", "namespaceOverride")
"""Values that decide what Service and NetworkPolicies select by."""

OLLAMA_VARIABLES = ("OLLAMA_HOST",)
"""Environment variables that the chart of Ollama sets itself."""

OTHERWISE = "or use `{prefix}method: native`"


def location(helm: Helm, prefix: str) -> Iterator[Finding]:
    """Refuse what has no effect beside a chart's location."""
    path = f"{prefix}helm."
    if helm.chart and charts.is_complete(helm.chart) and helm.repository:
        rule = f"has no effect, `{path}chart` is a whole location; remove one of them"
        yield Finding(f"{path}repository", f'"{helm.repository}"', rule)
    if charts.is_path(helm.chart) and helm.version:
        rule = f"has no effect, the chart in `{path}chart` has its own version; remove it"
        yield Finding(f"{path}version", f'"{helm.version}"', rule)
    if helm.chart and not charts.is_complete(helm.chart) and "/" in helm.chart:
        rule = "is neither a path (it would begin with `./`, `../` or `/`) nor `oci://...` nor a name in a repository"
        yield Finding(f"{path}chart", f'"{helm.chart}"', rule)
    for name in CHART_NAMES:
        if name in helm.values:
            rule = "is what Service and NetworkPolicies select by and cannot be another one; remove it"
            yield Finding(f"{path}values.{name}", f'"{helm.values[name]}"', rule)


def _labels(found: Iterable[str], path: str) -> Iterator[Finding]:
    for label in CHART_LABELS:
        if label in found:
            yield Finding(f'{path}["{label}"]', "", "is a label that the chart sets itself, choose another name")


def _unknown(prefix: str, chart: str, settings: dict[str, Any]) -> Iterator[Finding]:
    for path, value in settings.items():
        if value:
            rule = f"the chart {chart} has no value for it: remove it, {OTHERWISE.format(prefix=prefix)}"
            shown = f'"{value}"' if isinstance(value, str) else "" if isinstance(value, (list, dict)) else str(value)
            yield Finding(f"{prefix}{path}", shown, rule)


def ollama(settings: OllamaPool, prefix: str = "ollama.") -> Iterator[Finding]:
    """Refuse what the chart of Ollama cannot express."""
    if settings.method != "helm":
        return
    yield from location(settings.helm, prefix)
    yield from _labels(settings.pods.labels, f"{prefix}pods.labels")
    for name in OLLAMA_VARIABLES:
        if name in settings.extra_environment:
            rule = f"the chart sets it itself: remove it, {OTHERWISE.format(prefix=prefix)}"
            yield Finding(f"{prefix}extraEnvironment.{name}", f'"{settings.extra_environment[name]}"', rule)


def librechat(settings: LibreChatSettings, prefix: str = "librechat.") -> Iterator[Finding]:
    """Refuse what the chart of LibreChat cannot express."""
    if settings.method != "helm":
        return
    yield from location(settings.helm, prefix)
    yield from _labels(settings.pods.labels, f"{prefix}pods.labels")
    pods = settings.pods
    missing = {
        "pods.topologySpreadConstraints": pods.topology_spread_constraints,
        "pods.priorityClassName": pods.priority_class_name,
        "pods.terminationGracePeriodSeconds": pods.termination_grace_period_seconds,
        "pods.envFrom": pods.env_from,
    }
    yield from _unknown(prefix, "librechat", missing)


def labels(settings: Settings) -> Iterator[Finding]:
    """Refuse labels of all objects that a chart sets itself."""
    methods = {settings.librechat.method, *(server.method for server in settings.ollama.servers().values())}
    if "helm" in methods:
        yield from _labels(settings.labels, "labels")
