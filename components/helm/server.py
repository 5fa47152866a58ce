"""What runs a server: a Deployment of this program, or a Helm release, and the way from one to the other."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from ..component import timeouts
from ..librechat.settings import LibreChatSettings
from ..ollama.settings import OllamaPool
from ..workload import manifests
from ..workload.workload import Workload
from .release import create_release
from .settings import Method

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
) -> pulumi.Resource:
    """Create what runs a server, by its method.

    metadata: metadata of the pod template.
    strategy: how pods are replaced.
    chart: key of `charts.CHARTS`.
    values: gives the chart's values for a number of pods.
    drain_seconds: how much longer than until they are Ready the pods may take, because old ones finish first.
    handing_over: whether the other method runs it now. Then that one is kept without pods, because two servers must not
        share a volume, a GPU may be the only one, and nothing is deleted before its successor is Ready.
    """
    timeout = settings.startup_timeout_seconds + drain_seconds

    def native(replicas: int | None, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
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
            opts=workload.options(deleted_with=None, depends_on=after, custom_timeouts=timeouts(timeout)),
        )

    def helm(replicas: int, after: Sequence[pulumi.Resource]) -> pulumi.Resource:
        return create_release(
            workload,
            chart,
            settings.helm,
            values=values(replicas),
            timeout_seconds=timeout,
            depends_on=after,
        )

    if settings.method == "helm":
        return helm(settings.replicas, [native(0, [])] if handing_over else [])
    # What an autoscaler decides is none of the program's business.
    autoscaled = isinstance(settings, LibreChatSettings) and settings.autoscaling.enabled
    return native(None if autoscaled else settings.replicas, [helm(0, [])] if handing_over else [])


def hands_over(replicas: Mapping[str, int], component: str, method: Method) -> bool:
    """Say whether a server of the other method is still to be kept, without pods.

    It is kept while it has pods, and until the one of this method has some; the next `pulumi up` deletes it.

    replicas: pods of each Deployment and release that is deployed, by logical name.
    component: logical name of the component.
    """
    names: dict[Method, str] = {"native": f"{component}-deployment", "helm": f"{component}-release"}
    other = names[_other(method)]
    return other in replicas and (replicas[other] > 0 or not replicas.get(names[method]))


def _other(method: Method) -> Method:
    return "native" if method == "helm" else "helm"
