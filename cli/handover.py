"""Servers deployed by a Helm release: diagnosis of pods that Helm removed, and recovery of the Deployment before it.

`atomic` removes a release that does not become ready, with its pods. So the problems of its pods are recorded while
they exist. A Deployment that the release was to replace has been scaled to zero already, and is scaled up again.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes import client
from kubernetes.client import ApiException
from rich.console import Console
from urllib3.exceptions import HTTPError

from cli import event_log
from cli.automation import refresh
from cli.clusters import connect, reason, server_of
from cli.data import mapping, sequence
from cli.diagnosis import NOT_READY, Live, Problem, diagnose, of_release
from cli.errors import CommandError
from cli.session import Session
from components.stack.settings import Settings

DEPLOYMENT = "kubernetes:apps/v1:Deployment"


@dataclass(frozen=True)
class Server:
    """A server that is deployed by Helm.

    Attributes:
        name: Name of the Deployment that runs it without Helm, and logical name of its component.
        release: Name of the release, and of its Deployment.
        replicas: Replicas in the settings.
    """

    namespace: str
    name: str
    release: str
    replicas: int


def servers(settings: Settings) -> list[Server]:
    """Return the servers with `method: helm`."""
    pools = {pool: server for pool, server in settings.ollama.servers().items() if server.method == "helm"}
    if not pools and settings.librechat.method != "helm":
        return []
    # They import the SDK, which most stacks do not need here.
    from components.helm.release import release_name  # noqa: PLC0415
    from components.librechat.paths import NAME as LIBRECHAT  # noqa: PLC0415
    from components.ollama.names import server_name  # noqa: PLC0415

    namespaces = settings.namespaces
    found: list[Server] = []
    for pool, server in pools.items():
        name = server_name(pool)
        found.append(Server(namespaces.ollama_name, name, release_name(name), server.replicas))
    if settings.librechat.method == "helm":
        replicas = settings.librechat.replicas
        found.append(Server(namespaces.librechat_name, LIBRECHAT, release_name(LIBRECHAT), replicas))
    return found


class ReleaseWatch:
    """Records why the pods of releases are not ready while an operation runs."""

    def __init__(self, releases: Sequence[Server], reader: Callable[[str], Live]) -> None:
        self._releases = releases
        self._read = reader
        self._seen: dict[Server, list[Problem]] = {}

    def note(self, namespace: str, live: Live) -> None:
        """Record why the releases in a namespace are not ready."""
        for server in self._releases:
            found = list(diagnose(of_release(live, server.release))) if server.namespace == namespace else []
            # A crashing container runs for a moment each time: the reason of the crash is more useful.
            telling = [one for one in found if one.reason != NOT_READY]
            if telling or (found and server not in self._seen):
                self._seen[server] = telling or found

    def removed_problems(self, failed: Collection[str]) -> Iterator[tuple[Server, Problem]]:
        """Yield the recorded problems of failed releases that are gone, or whose pods are gone.

        Args:
            failed: Logical names of the failed resources.
        """
        for server, problems in self._seen.items():
            if f"{server.name}-release" not in failed:
                continue
            live = of_release(self._read(server.namespace), server.release)
            pods = {pod.metadata.name for pod in live.pods}
            yield from ((server, one) for one in problems if not live.workloads or (one.pod and one.pod not in pods))


def describe(server: Server, problem: Problem) -> Iterator[str]:
    """Describe, line by line, why a pod that no longer exists was not ready."""
    yield f"Helm release {server.namespace}/{server.release} did not become ready, and Helm took its pods away"
    if problem.pod:
        container = f", container {problem.container}" if problem.container else ""
        yield f"  pod     {problem.pod}{container}"
    yield f"  reason  {problem.reason}: {problem.message}" if problem.message else f"  reason  {problem.reason}"


def failed(events: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the logical names of the resources that failed in an operation of the engine."""
    found = (event.get("resOpFailedEvent") for event in events)
    return {one["metadata"]["urn"].rpartition("::")[2] for one in found if one}


def recover_releases(session: Session, seen: ReleaseWatch, log: Path, console: Console) -> None:
    """Report why failed releases whose pods are gone failed, and scale Deployments that they were to replace up again.

    Args:
        session: A session of the stack.
        seen: What was recorded during the operation.
        log: Event log of the failed operation.
        console: Console for the report.
    """
    found = servers(session.stack.settings()[0])
    if not found:
        return
    api = connect(session.stack.kubeconfig_path, session.stack.context)
    try:
        for server, problem in seen.removed_problems(failed(event_log.read(log))):
            for line in describe(server, problem):
                console.print(line, markup=False)
        restored = [server for server in found if restore(api, server)]
    except (ApiException, HTTPError) as error:
        console.print(f"the cluster does not say more: {reason(error, server_of(api))}", markup=False)
        return
    if not restored:
        return
    for server in restored:
        console.print(
            f"{server.name}: the Deployment {server.namespace}/{server.name} has its pods back, because its successor "
            "failed; the next `make up` tries the release again, or keeps the Deployment if `method` is set back",
            markup=False,
        )
    # Otherwise plain `pulumi up`, which does not refresh, would assume zero replicas.
    urns = deployment_urns(json.loads(session.output(["stack", "export"])), restored)
    try:
        refresh(session, urns)
    except CommandError as error:
        console.print(f"the state does not know that yet, `make up` will tell it: {error}", markup=False)


def restore(api: client.ApiClient, server: Server) -> bool:
    """Scale a Deployment up again if the release that was to replace it is gone, and return whether that was the case.

    A release that still exists, as with `atomic: false`, may hold the volume and the GPU.
    """
    apps = client.AppsV1Api(api)
    found: Any = apps.list_namespaced_deployment(server.namespace)
    live = {item.metadata.name: item for item in found.items}
    if server.release in live or server.name not in live or live[server.name].spec.replicas != 0:
        return False
    apps.patch_namespaced_deployment_scale(server.name, server.namespace, {"spec": {"replicas": server.replicas}})
    return True


def deployment_urns(export: Mapping[str, Any], wanted: Sequence[Server]) -> list[str]:
    """Return the URNs of the servers' Deployments in an exported state."""
    names = {f"{server.name}-deployment" for server in wanted}
    resources = sequence(mapping(export.get("deployment")).get("resources"))
    return [one["urn"] for one in resources if one["type"] == DEPLOYMENT and one["urn"].rpartition("::")[2] in names]
