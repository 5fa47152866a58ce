"""Why a rollout is stuck: which pod of which object waits for what, and the command that shows more."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kubernetes import client

from cli.data import mapping, sequence
from cli.project import StackFile
from cli.status import PodProblem, pod_problems

CRASHED = frozenset({"CrashLoopBackOff", "Error", "OOMKilled", "ContainerCannotRun"})
"""Reasons for which the log of the container's last run says more."""


LAST_LINES = 10
"""Lines shown of a container's last log; Kubernetes keeps up to 80."""

NOT_READY = "NotReady"
"""Reason for a running container whose readiness probe fails."""

RANDOM_LENGTH = 5
"""Characters that the API server adds to `generateName`."""
GENERATE_NAME_LENGTH = 63 - RANDOM_LENGTH
"""Longest `generateName` that it does not truncate."""

FAILED_CREATE = "FailedCreate"
"""Reason of the events about pods that cannot be created."""


RELEASE_NAME = "meta.helm.sh/release-name"
"""Annotation that Helm sets on each object of a release."""


@dataclass(frozen=True)
class Problem:
    """Why one object is not ready.

    Attributes:
        kind: Kind of the object.
        namespace: Namespace of the object.
        name: Name of the object.
        pod: Pod that is not ready; empty if there is none.
        container: Container that is not ready; empty if none has been created.
        reason: Kubernetes' reason.
        message: Kubernetes' message.
        command: Arguments of kubectl that show more.
        last_words: End of the log of the container's last run.
    """

    kind: str
    namespace: str
    name: str
    pod: str
    container: str
    reason: str
    message: str
    command: tuple[str, ...]
    last_words: str = ""


@dataclass(frozen=True)
class Live:
    """Live objects of a namespace, as returned by the Kubernetes client."""

    workloads: Sequence[tuple[str, Any]]
    """Kind and object of every Deployment, StatefulSet and Job."""
    replica_sets: Sequence[Any]
    pods: Sequence[Any]
    events: Sequence[Any]


def read(api: client.ApiClient, namespace: str) -> Live:
    """Read the objects that a diagnosis of a namespace needs."""
    apps, core, batch = client.AppsV1Api(api), client.CoreV1Api(api), client.BatchV1Api(api)
    workloads = [
        *(("Deployment", item) for item in apps.list_namespaced_deployment(namespace).items),
        *(("StatefulSet", item) for item in apps.list_namespaced_stateful_set(namespace).items),
        *(("Job", item) for item in batch.list_namespaced_job(namespace).items),
    ]
    return Live(
        workloads,
        apps.list_namespaced_replica_set(namespace).items,
        core.list_namespaced_pod(namespace).items,
        core.list_namespaced_event(namespace).items,
    )


def diagnose(live: Live) -> Iterator[Problem]:
    """Return why each object that is not ready is not."""
    for kind, item in live.workloads:
        if not _is_ready(kind, item):
            yield from _problems(kind, item, live)


def _is_ready(kind: str, item: Any) -> bool:
    status = item.status
    if kind == "Job":
        # A running one may only be slow; problems of its pod are reported anyway.
        return any(one.type == "Complete" and one.status == "True" for one in sequence(status.conditions))
    wanted = 1 if item.spec.replicas is None else item.spec.replicas
    seen = (status.observed_generation or 0) >= (item.metadata.generation or 0)
    # During a rolling update, the ready pod may be an old one.
    counts = (status.replicas or 0, status.updated_replicas or 0, status.ready_replicas or 0)
    return seen and all(count == wanted for count in counts)


def _problems(kind: str, item: Any, live: Live) -> Iterator[Problem]:
    where = (kind, item.metadata.namespace, item.metadata.name)
    own = owners(item, live)
    pods = [one for one in live.pods if owned(one, own) and not one.metadata.deletion_timestamp]
    found = [(pod.metadata.name, problem) for pod in pods if (problem := _stuck(pod, live.events))]
    if kind == "Job":
        # Its pods are retries: the last one is the relevant one.
        latest = max(pods, key=lambda pod: str(pod.metadata.creation_timestamp), default=None)
        found = [one for one in found if latest is not None and one[0] == latest.metadata.name] or found[-1:]
    for pod, problem in found:
        command = _command(pod, problem)
        yield Problem(*where, pod, problem.container, problem.reason, problem.message, command, problem.last_words)
    if not found and (problem := _given_up(item, live.events) or _not_created(item, own, live.events)):
        about = ("quota",) if "exceeded quota" in problem.message else (f"{kind.lower()}/{where[2]}",)
        yield Problem(*where, "", "", problem.reason, problem.message, ("describe", *about))


def _stuck(pod: Any, events: Sequence[Any]) -> PodProblem | None:
    """Return the first thing that keeps a pod from being ready; containers wait for those before them."""
    conditions = sequence(pod.status.conditions)
    if pod.status.phase == "Succeeded" or any(one.type == "Ready" and one.status == "True" for one in conditions):
        return None
    if found := next(pod_problems(pod), None):
        return found
    for container in sequence(pod.status.container_statuses):
        if not container.ready and container.state.running:
            message = _event(events, pod.metadata.uid, "Unhealthy") or "its readiness probe did not succeed yet"
            return PodProblem(container.name, NOT_READY, message)
    return None


def owners(item: Any, live: Live) -> set[str]:
    """Return the UIDs that own an object's pods: the object itself and its ReplicaSets."""
    own = item.metadata.uid
    return {own} | {one.metadata.uid for one in live.replica_sets if owned(one, {own})}


def of_release(live: Live, release: str) -> Live:
    """Return live objects without the workloads that do not belong to this Helm release."""
    workloads = [one for one in live.workloads if mapping(one[1].metadata.annotations).get(RELEASE_NAME) == release]
    return replace(live, workloads=workloads)


def owned(item: Any, uids: set[str]) -> bool:
    """Return whether an object is owned by one of these UIDs."""
    return any(reference.uid in uids for reference in sequence(item.metadata.owner_references))


def _command(pod: str, problem: PodProblem) -> tuple[str, ...]:
    if problem.reason in CRASHED:
        return ("logs", pod, "-c", problem.container, "--previous")
    if problem.reason == NOT_READY:
        return ("logs", pod, "-c", problem.container)
    return ("describe", f"pod/{pod}")


def _given_up(item: Any, events: Sequence[Any]) -> PodProblem | None:
    """Return why a Job failed for good although its pods are gone.

    A Job that exceeds its deadline deletes its pods. Their last warning event says what they waited for, such as a
    missing Secret.
    """
    for condition in sequence(item.status.conditions):
        if condition.type == "Failed" and condition.status == "True":
            last = _last_warning(events, item.metadata.name)
            message = f"{condition.message or ''}{f'; its pod: {last}' if last else ''}"
            return PodProblem("", condition.reason or "Failed", message)
    return None


def _last_warning(events: Sequence[Any], job: str) -> str:
    """Return the newest warning about a pod of a Job; empty if there is none.

    The pod is identified by its name: the Job's name, cut to the length limit of generated names, and five characters.
    """
    start = f"{job}-"[:GENERATE_NAME_LENGTH]
    found = [
        one
        for one in events
        if one.type == "Warning"
        and one.involved_object.kind == "Pod"
        and one.involved_object.name[:-RANDOM_LENGTH] == start
    ]
    return str(max(found, key=_time).message) if found else ""


def _not_created(item: Any, owners: set[str], events: Sequence[Any]) -> PodProblem | None:
    """Return why an object's pods are not created at all, for example because of a quota."""
    for condition in sequence(item.status.conditions):
        if condition.type == "ReplicaFailure" and condition.status == "True":
            return PodProblem("", condition.reason or FAILED_CREATE, condition.message or "")
    # Neither StatefulSets nor Jobs have such a condition.
    message = next((found for uid in sorted(owners) if (found := _event(events, uid, FAILED_CREATE))), "")
    return PodProblem("", FAILED_CREATE, message) if message else None


def _event(events: Sequence[Any], uid: str, reason: str) -> str:
    """Return the message of the newest event with a reason about an object; empty if there is none."""
    found = [one for one in events if one.involved_object.uid == uid and one.reason == reason]
    return str(max(found, key=_time).message) if found else ""


def _time(event: Any) -> str:
    return str(event.last_timestamp or event.event_time or event.metadata.creation_timestamp)


def kubectl(stack: StackFile) -> list[str]:
    """Return the start of a kubectl command for the cluster of a stack."""
    kubeconfig = ["--kubeconfig", stack.kubeconfig] if stack.kubeconfig else []
    context = ["--context", stack.context] if stack.context else []
    return ["kubectl", *kubeconfig, *context]


def describe(problems: Iterable[Problem], stack: StackFile) -> Iterator[str]:
    """Describe a problem, line by line: object, pod, container, reason, and the command that shows more."""
    for problem in problems:
        yield f"{problem.kind} {problem.namespace}/{problem.name} is not ready"
        if problem.pod:
            container = f", container {problem.container}" if problem.container else ""
            yield f"  pod     {problem.pod}{container}"
        first, *more = problem.message.strip().splitlines()[-LAST_LINES:] or [""]
        yield f"  reason  {problem.reason}: {first}" if first else f"  reason  {problem.reason}"
        for line in [*more, *problem.last_words.splitlines()[-LAST_LINES:]]:
            yield f"          {line}"
        yield f"  look    {shlex.join([*kubectl(stack), '-n', problem.namespace, *problem.command])}"
