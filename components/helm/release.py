"""A Helm release as a part of a component: its names, its chart, its values."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import pulumi
import pulumi_kubernetes as k8s

from .. import images
from ..settings.merge import deep_merge
from ..settings.shapes import is_list
from ..workload.workload import Workload
from . import charts
from .settings import Helm, Method

SUFFIX = "-helm"
"""Appended to the name of a workload: its release, and the objects of the chart. They never meet those of this program,
which Helm would not take over, and a Deployment's selector could not change anyway."""

CHART_LABELS = ("app.kubernetes.io/name", "app.kubernetes.io/managed-by")
"""Labels of ours that the charts write themselves."""

REPLICAS = "replicaCount"
"""Name of the value with the number of pods, in both charts."""

_DESCRIPTION = ("chart", "version", "repositoryOpts", "atomic", "cleanupOnFail", "maxHistory", "timeout")
"""Inputs of a release besides its names and values."""

_MAPS_OF_NAMES = frozenset({"match_labels", "matchLabels", "labels", "annotations", "limits", "requests"})
_SNAKE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def release_name(workload: str) -> str:
    """Give the name of the release that runs a workload, and of the objects in it."""
    return workload + SUFFIX


def pods_name(workload: str, method: Method) -> str:
    """Give the label `app.kubernetes.io/name` of a workload's pods."""
    return release_name(workload) if method == "helm" else workload


def manifest(value: Any) -> Any:
    """Write a part of a pod as in a manifest: camelCase keys, outputs as they are.

    What the settings pass through is written that way already; names of labels and resources stay as they are.
    """
    if isinstance(value, Mapping):
        found = cast("Mapping[str, Any]", value)
        return {_camel(key): part if key in _MAPS_OF_NAMES else manifest(part) for key, part in found.items()}
    return [manifest(part) for part in value] if is_list(value) else value


def _camel(key: str) -> str:
    key = key.rstrip("_")  # `except_` stands for a word of Python's
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), key) if _SNAKE.fullmatch(key) else key


def labels_for_chart(labels: Mapping[str, str]) -> dict[str, str]:
    """Give labels without those that the charts write themselves."""
    return {key: text for key, text in labels.items() if key not in CHART_LABELS}


def known_only(part: Mapping[str, Any], *known: str) -> Mapping[str, Any]:
    """Make sure that a translation knows every key of a pod or a container.

    Raises ValueError for a key that nobody has looked at: what a chart cannot express must not get lost.
    """
    unknown = sorted(set(part) - set(known))
    if unknown:
        raise ValueError(f"nothing says how a chart expresses {', '.join(unknown)}")
    return part


def split_image(reference: str) -> dict[str, str]:
    """Give `registry`, `repository` and `tag` of an image, so that a chart's `registry/repository:tag` gives it again.

    `name` is registry and repository together. A digest in place of a tag, or beside it, stays what it is.
    """
    registry, rest = images.split(reference)
    path, _, digest = rest.partition("@")
    repository, _, tag = path.partition(":")
    if digest and tag:
        tag = f"{tag}@{digest}"
    elif digest:
        algorithm, _, tag = digest.partition(":")
        repository = f"{repository}@{algorithm}"
    return {"name": f"{registry}/{repository}", "registry": registry, "repository": repository, "tag": tag}


def initial_delay(startup_probe: Mapping[str, Any]) -> int:
    """Give the seconds that a startup probe allows, for a liveness probe that has to do without one."""
    return int(startup_probe["period_seconds"] * startup_probe["failure_threshold"])


def create_release(
    workload: Workload,
    chart: str,
    helm: Helm,
    *,
    values: Mapping[str, Any],
    timeout_seconds: int,
    depends_on: Sequence[pulumi.Resource] = (),
    unchanged: Collection[str] = (),
) -> "k8s.helm.v3.Release":  # in quotes: the module imports `requests`, for stacks that have no release too
    """Create the release that runs a workload.

    chart: key of `charts.CHARTS`.
    values: what the settings say, with names of Secrets and never their content; `helm.values` is merged over it.
    timeout_seconds: how long Helm waits for pods to be Ready, and again for a rollback.
    unchanged: names of values that stay as they are deployed. Where there are any, so does everything but values, and
        nothing is added: the release is the one that is deployed, whatever the settings say today. The engine takes
        that from its state, so that nothing secret passes through the program.
    """
    ignored = [*_DESCRIPTION, *_value_paths(values, unchanged)] if unchanged else []
    location = charts.resolve(chart, chart=helm.chart, repository=helm.repository, version=helm.version)
    return k8s.helm.v3.Release(
        f"{workload.resource_name}-release",
        name=release_name(workload.name),
        namespace=workload.namespace,
        chart=location.chart,
        version=location.version or None,
        repository_opts={"repo": location.repository} if location.repository else None,
        values=dict(values) if unchanged else merged(values, helm.values),
        atomic=helm.atomic,
        cleanup_on_fail=helm.cleanup_on_fail,
        max_history=helm.max_history,
        timeout=timeout_seconds,
        opts=workload.options(deleted_with=None, depends_on=depends_on, ignore_changes=ignored),
    )


def _value_paths(values: Mapping[str, Any], unchanged: Collection[str]) -> list[str]:
    """Return the paths of the values that are not to change, those that would be new among them."""
    new = set(values) - {REPLICAS}
    return [f'values["{name}"]' for name in sorted(new | set(unchanged))]


def merged(values: Mapping[str, Any], extra: Mapping[str, Any]) -> Any:
    """Merge a person's values over those of the settings, see `deep_merge`."""
    if not extra:
        return dict(values)
    return pulumi.Output.from_input(dict(values)).apply(lambda known: deep_merge(known, extra))
