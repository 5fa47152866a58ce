"""The Helm release that runs a server."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..workload.workload import Workload
from . import charts
from .charts import Chart
from .settings import Helm, Method
from .values import merged

SUFFIX = "-helm"
"""Appended to the name of a workload for its release and the objects of the chart. They must not share names with the
objects of this program: Helm would not adopt those, and the selector of a Deployment is immutable."""

REPLICAS = "replicaCount"
"""Value with the number of pods, by the convention of `helm create`."""

_CHART_AND_OPTIONS = ("chart", "version", "repositoryOpts", "atomic", "cleanupOnFail", "maxHistory", "timeout")
"""Inputs of a release besides its name, namespace and values."""


@dataclass(frozen=True, kw_only=True)
class ReleaseSpec:
    """What Helm installs.

    Attributes:
        chart: The pinned chart.
        settings: Where to take the chart from, values that are merged last, and options of the release.
        values: Returns the values that the component's settings ask for, except for the number of pods. They hold the
            names of Secrets and never their content.
    """

    chart: Chart
    settings: Helm
    values: Callable[[], Mapping[str, object]]


def release_name(workload: str) -> str:
    """Return the name of the release that runs a workload, and of the objects in it."""
    return workload + SUFFIX


def pods_name(workload: str, method: Method) -> str:
    """Return the label `app.kubernetes.io/name` of a workload's pods."""
    return release_name(workload) if method == "helm" else workload


def create_release(
    workload: Workload,
    release: ReleaseSpec,
    *,
    replicas: int,
    timeout_seconds: int,
    depends_on: Sequence[pulumi.Resource] = (),
    unchanged: Collection[str] = (),
) -> "k8s.helm.v3.Release":  # in quotes: the module imports `requests`, for stacks that have no release too
    """Create the release that runs a workload.

    Args:
        workload: The workload.
        release: Chart, options and values.
        replicas: Number of pods.
        timeout_seconds: How long Helm waits until the pods are Ready, and again during a rollback.
        depends_on: Resources that come first.
        unchanged: Names of deployed values that must not change. If there are any, the release keeps its deployed
            chart and options too, and gets no new values, whatever the settings say. The engine reads all of that from
            its state, so no secret passes through the program.
    """
    values = {**release.values(), REPLICAS: replicas}
    settings = release.settings
    chart = charts.resolve(
        release.chart, chart=settings.chart, repository=settings.repository, version=settings.version
    )
    ignored = [*_CHART_AND_OPTIONS, *_value_paths(values, unchanged)] if unchanged else []
    return k8s.helm.v3.Release(
        f"{workload.resource_name}-release",
        name=release_name(workload.name),
        namespace=workload.namespace,
        chart=chart.chart,
        version=chart.version or None,
        repository_opts={"repo": chart.repository} if chart.repository else None,
        values=values if unchanged else merged(values, settings.values),
        atomic=settings.atomic,
        cleanup_on_fail=settings.cleanup_on_fail,
        max_history=settings.max_history,
        timeout=timeout_seconds,
        opts=workload.options(deleted_with=None, depends_on=depends_on, ignore_changes=ignored),
    )


def _value_paths(values: Mapping[str, object], unchanged: Collection[str]) -> list[str]:
    """Return the property paths of the values that must not change, including those that would be added."""
    added = set(values) - {REPLICAS}
    return [f'values["{name}"]' for name in sorted(added | set(unchanged))]
