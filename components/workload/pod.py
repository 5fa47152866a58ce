"""Pods of a workload."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .settings import Pods

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict, PodTemplateSpecArgsDict
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict


@dataclass(frozen=True, kw_only=True)
class Pod:
    """Template of a workload's pods.

    Attributes:
        metadata: Labels and annotations.
        spec: Specification, with containers and volumes.
    """

    metadata: "ObjectMetaArgsDict"
    spec: "PodSpecArgsDict"

    def template(self) -> "PodTemplateSpecArgsDict":
        """Return it as the `template` of a Deployment, a StatefulSet or a Job."""
        return {"metadata": self.metadata, "spec": self.spec}


def pre_stop(pods: Pods, seconds: int) -> Any:
    """Return the lifecycle of a container that waits before SIGTERM.

    Args:
        pods: Settings of the pods. Their grace period includes the wait, so it limits it.
        seconds: How long to wait, unless the grace period is shorter.
    """
    grace = pods.termination_grace_period_seconds
    return {"pre_stop": {"sleep": {"seconds": min(seconds, grace - 1) if grace else seconds}}}


def with_extras(pods: Pods, spec: "PodSpecArgsDict") -> "PodSpecArgsDict":
    """Return a pod's specification with the extra volumes of the settings.

    The first container also gets `envFrom` and the extra mounts.

    Args:
        pods: Settings of the pods.
        spec: The specification without them.
    """
    main, *others = spec["containers"]  # type: ignore[misc]
    container: Any = dict(main)  # type: ignore[call-overload]
    if pods.env_from:
        container["env_from"] = pods.env_from
    if pods.extra_volume_mounts:
        container["volume_mounts"] = [*container.get("volume_mounts", ()), *pods.extra_volume_mounts]
    result: PodSpecArgsDict = {**spec, "containers": [container, *others]}
    if pods.extra_volumes:
        volumes: Any = [*spec.get("volumes", ()), *pods.extra_volumes]  # type: ignore[misc]
        result["volumes"] = volumes
    return result
