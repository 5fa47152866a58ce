"""Values of a chart, made from the pod that the native Deployment would have."""

import re
from collections.abc import Mapping
from typing import Any, TypedDict, cast

import pulumi

from .. import images
from ..settings.merge import deep_merge
from ..settings.shapes import is_list

_SET_BY_CHARTS = ("app.kubernetes.io/name", "app.kubernetes.io/managed-by")
"""Labels of this program that charts set themselves."""

_MAPS_OF_NAMES = frozenset({"match_labels", "matchLabels", "labels", "annotations", "limits", "requests"})
"""Keys of mappings whose own keys are names, which stay as they are."""

_SNAKE_CASE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


class ImageParts(TypedDict):
    """An image reference in the parts that charts take."""

    name: str
    """Registry and repository together."""

    registry: str
    """Host of the registry."""

    repository: str
    """Path on that host."""

    tag: str
    """Tag, digest, or both."""


def manifest(value: Any) -> Any:
    """Return a part of a pod as it is written in a manifest: with camelCase keys; outputs stay as they are.

    What the settings pass through is in camelCase already. The names of labels and resources are not changed.
    """
    if isinstance(value, Mapping):
        parts = cast("Mapping[str, Any]", value)
        return {_camel_case(key): part if key in _MAPS_OF_NAMES else manifest(part) for key, part in parts.items()}
    return [manifest(part) for part in value] if is_list(value) else value


def _camel_case(key: str) -> str:
    key = key.rstrip("_")  # `except_` stands for a Python keyword
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), key) if _SNAKE_CASE.fullmatch(key) else key


def labels_for_chart(labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels without those that charts set themselves."""
    return {key: text for key, text in labels.items() if key not in _SET_BY_CHARTS}


def require_translated(part: Mapping[str, Any], *translated: str) -> Mapping[str, Any]:
    """Return a part of a pod after checking that each of its keys is translated into values of the chart.

    Args:
        part: Specification of a pod or a container.
        translated: The keys that are translated, or known to be dropped.

    Raises:
        ValueError: it has another key, which would be lost silently.
    """
    unknown = sorted(set(part) - set(translated))
    if unknown:
        raise ValueError(f"no chart value is known for {', '.join(unknown)}")
    return part


def split_image(reference: str) -> ImageParts:
    """Return the parts of an image reference, so that a chart's `registry/repository:tag` is the reference again.

    A digest is kept, whether it replaces the tag or follows it.
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
    """Return the seconds that a startup probe allows, for the liveness probe of a chart that has no startup probe."""
    return int(startup_probe["period_seconds"] * startup_probe["failure_threshold"])


def merged(values: Mapping[str, object], extra: Mapping[str, Any]) -> pulumi.Input[Mapping[str, Any]]:
    """Return values with those of the settings merged over them, see `deep_merge`."""
    if not extra:
        return dict(values)
    known = cast("pulumi.Output[dict[str, Any]]", pulumi.Output.from_input(dict(values)))
    return known.apply(lambda resolved: deep_merge(resolved, extra))
