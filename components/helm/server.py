"""What runs a server: a Deployment of this program, or a Helm release."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pulumi
import pulumi_kubernetes as k8s

from ..component import timeouts
from ..workload import manifests
from ..workload.pod import Pod
from ..workload.workload import Workload
from .handover import FormerServer
from .release import REPLICAS, ReleaseSpec, create_release
from .settings import Method

if TYPE_CHECKING:
    from pulumi_kubernetes.apps.v1 import DeploymentStrategyArgsDict

_ALL_BUT_REPLICAS = (
    "metadata.labels",
    *(f"spec.{key}" for key in ("progressDeadlineSeconds", "strategy", "selector", "template")),
)
"""Properties of a Deployment that stay as they are while it is scaled to zero."""


@dataclass(frozen=True, kw_only=True)
class Strategy:
    """How old pods are replaced by new ones: the `strategy` of a Deployment.

    Attributes:
        type: `Recreate` ends all old pods before a new one starts; `RollingUpdate` replaces them gradually.
        max_unavailable: Pods that may be missing during a rolling update.
        max_surge: Pods that may exist in addition during a rolling update.
    """

    type: Literal["Recreate", "RollingUpdate"]
    max_unavailable: int = 0
    max_surge: int = 0

    @property
    def overlaps(self) -> bool:
        """Whether old and new pods run side by side."""
        return self.type == "RollingUpdate" and self.max_surge > 0

    def spec(self) -> "DeploymentStrategyArgsDict":
        """Return it as the `strategy` of a Deployment."""
        if self.type == "Recreate":
            return {"type": self.type}
        return {
            "type": self.type,
            "rolling_update": {"max_unavailable": self.max_unavailable, "max_surge": self.max_surge},
        }


@dataclass(frozen=True, kw_only=True)
class ServerPods:
    """Pods of a server, whichever method runs them.

    Attributes:
        pod: Their template.
        strategy: How they are replaced.
        replicas: Their number.
        autoscaled: Whether a HorizontalPodAutoscaler sets that number, and the Deployment none.
        timeout_seconds: How long a rollout may take.
    """

    pod: Pod
    strategy: Strategy
    replicas: int
    autoscaled: bool = False
    timeout_seconds: int


def run_server(
    workload: Workload, method: Method, pods: ServerPods, release: ReleaseSpec, former: FormerServer | None
) -> pulumi.Resource:
    """Create what runs a server, after the server of the other method if that is kept.

    Args:
        workload: The workload that the server belongs to.
        method: What runs it: a Deployment or a Helm release.
        pods: Its pods.
        release: How a chart deploys it.
        former: The server that the other method runs; None if there is none to keep.
    """
    if method == "helm":
        kept = [] if former is None else [_kept_deployment(workload, pods)]
        return create_release(
            workload,
            release,
            replicas=pods.replicas,
            timeout_seconds=pods.timeout_seconds,
            depends_on=kept,
        )
    kept = [] if former is None else [_kept_release(workload, pods, release, former)]
    return _deployment(workload, pods, replicas=None if pods.autoscaled else pods.replicas, depends_on=kept)


def _deployment(
    workload: Workload,
    pods: ServerPods,
    *,
    replicas: int | None,
    depends_on: Sequence[pulumi.Resource] = (),
    ignore_changes: Sequence[str] = (),
) -> "k8s.apps.v1.Deployment":
    single_pod = replicas == 1 and pods.strategy.type == "Recreate"
    return k8s.apps.v1.Deployment(
        f"{workload.resource_name}-deployment",
        metadata=workload.metadata(annotations=manifests.WAIT_FOR_NEW_POD if single_pod else None),
        spec={
            "replicas": replicas,
            "progress_deadline_seconds": pods.timeout_seconds,
            "strategy": pods.strategy.spec(),
            "selector": {"match_labels": workload.selector},
            "template": pods.pod.template(),
        },
        opts=workload.options(
            deleted_with=None,
            depends_on=depends_on,
            custom_timeouts=timeouts(pods.timeout_seconds),
            ignore_changes=list(ignore_changes),
        ),
    )


def _kept_deployment(workload: Workload, pods: ServerPods) -> pulumi.Resource:
    """Keep the former Deployment: with its pods if they can run beside the new ones, otherwise scaled to zero."""
    unchanged = ("metadata", "spec") if pods.strategy.overlaps else _ALL_BUT_REPLICAS
    return _deployment(workload, pods, replicas=0, ignore_changes=unchanged)


def _kept_release(workload: Workload, pods: ServerPods, release: ReleaseSpec, former: FormerServer) -> pulumi.Resource:
    """Keep the former release: with its pods if they can run beside the new ones, otherwise scaled to zero."""
    unchanged = set(former.get("release_values", ()))
    if not pods.strategy.overlaps:
        unchanged.discard(REPLICAS)
    return create_release(workload, release, replicas=0, timeout_seconds=pods.timeout_seconds, unchanged=unchanged)
