"""What runs a server: a Deployment of this program, or a Helm release, and the way from one to the other."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from ..component import timeouts
from ..librechat.settings import LibreChatSettings
from ..ollama.settings import OllamaPool
from ..workload import manifests
from ..workload.workload import Workload
from .release import REPLICAS, create_release, pods_name
from .settings import Method

_TEMPLATE = (
    "metadata.labels",
    *(f"spec.{key}" for key in ("progressDeadlineSeconds", "strategy", "selector", "template")),
)
"""What a Deployment without pods has in common with the one that had some."""

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict


def run_server(
    workload: Workload,
    settings: OllamaPool | LibreChatSettings,
    pod: "PodSpecArgsDict",
    *,
    metadata: "ObjectMetaArgsDict",
    strategy: Any,
    chart: str,
    values: Callable[[int], Mapping[str, Any]],
    drain_seconds: int = 0,
    handing_over: bool = False,
    release_values: Collection[str] = (),
) -> pulumi.Resource:
    """Create what runs a server, by its method.

    metadata: metadata of the pod template.
    strategy: how pods are replaced.
    chart: key of `charts.CHARTS`.
    values: gives the chart's values for a number of pods.
    drain_seconds: how much longer than until they are Ready the pods may take, because old ones finish first.
    handing_over: whether the other method runs it now. Then that one is kept, because nothing is deleted before its
        successor is Ready: with its pods where the strategy lets old and new ones run side by side, else without,
        because two servers must not share a volume, and a GPU may be the only one. Nothing else of it changes,
        whatever the settings say: it may have to take over again, from a chart that they do not name any more.
    release_values: names of the values of the release that is deployed; where they are left out, a release that is kept
        is described by the settings.
    """
    timeout = settings.startup_timeout_seconds + drain_seconds

    beside = strategy["type"] == "RollingUpdate" and bool(strategy["rolling_update"]["max_surge"])

    def native(
        replicas: int | None, after: Sequence[pulumi.Resource] = (), unchanged: Sequence[str] = ()
    ) -> pulumi.Resource:
        one_after_the_other = replicas == 1 and strategy["type"] == "Recreate"
        return k8s.apps.v1.Deployment(
            f"{workload.resource_name}-deployment",
            metadata=workload.metadata(annotations=manifests.WAIT_FOR_NEW_POD if one_after_the_other else None),
            spec={
                "replicas": replicas,
                "progress_deadline_seconds": timeout,
                "strategy": strategy,
                "selector": {"match_labels": workload.selector},
                "template": {"metadata": metadata, "spec": pod},
            },
            opts=workload.options(
                deleted_with=None,
                depends_on=after,
                custom_timeouts=timeouts(timeout),
                ignore_changes=list(unchanged),
            ),
        )

    def helm(replicas: int, after: Sequence[pulumi.Resource] = (), unchanged: Collection[str] = ()) -> pulumi.Resource:
        return create_release(
            workload,
            chart,
            settings.helm,
            values=values(replicas),
            timeout_seconds=timeout,
            depends_on=after,
            unchanged=unchanged,
        )

    if settings.method == "helm":
        former = [native(0, unchanged=("metadata", "spec") if beside else _TEMPLATE)] if handing_over else []
        return helm(settings.replicas, former)
    # What an autoscaler decides is none of the program's business.
    autoscaled = isinstance(settings, LibreChatSettings) and settings.autoscaling.enabled
    kept_values = frozenset(release_values) - (frozenset() if beside else {REPLICAS})
    former = [helm(0, unchanged=kept_values)] if handing_over else []
    return native(None if autoscaled else settings.replicas, former)


class HandingOver(TypedDict):
    """Args of a server about the one that the other method runs."""

    handing_over: bool
    """Whether it is to be kept."""

    release_values: Collection[str]
    """Names of the values of its release."""


def former_server(args: Mapping[str, Any]) -> HandingOver:
    """Return what the args of a server say about the one that the other method runs."""
    return {"handing_over": args.get("handing_over", False), "release_values": args.get("release_values", ())}


def former_pods_name(workload: str, method: Method) -> str:
    """Return the label `app.kubernetes.io/name` of the pods that the other method runs."""
    return pods_name(workload, _other(method))


def hands_over(replicas: Mapping[str, int], component: str, method: Method) -> bool:
    """Say whether a server of the other method is still to be kept.

    It is kept until the one of this method has pods; the next `pulumi up` deletes it.

    replicas: pods of each Deployment and release that is deployed, by logical name.
    component: logical name of the component.
    """
    names: dict[Method, str] = {"native": f"{component}-deployment", "helm": f"{component}-release"}
    return names[_other(method)] in replicas and not replicas.get(names[method])


def _other(method: Method) -> Method:
    return "native" if method == "helm" else "helm"
