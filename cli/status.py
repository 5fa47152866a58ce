"""The objects of a stack as the cluster has them now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kubernetes import client

from cli.data import mapping, sequence


@dataclass(frozen=True)
class Row:
    """One object.

    Attributes:
        namespace: Namespace of the object.
        kind: Kind of the object.
        name: Name of the object.
        state: State in a word or two.
        good: Whether it is as it should be.
        detail: Further detail, such as a container's reason for waiting.
    """

    namespace: str
    kind: str
    name: str
    state: str
    good: bool
    detail: str = ""


def rows(api: client.ApiClient, namespaces: Sequence[str]) -> list[Row]:
    """Return the current workloads, volumes and exposures of namespaces."""
    apps, core, batch, networking = (
        client.AppsV1Api(api),
        client.CoreV1Api(api),
        client.BatchV1Api(api),
        client.NetworkingV1Api(api),
    )
    found: list[Row] = []
    for namespace in namespaces:
        pods = core.list_namespaced_pod(namespace).items
        found += [
            _workload(namespace, "Deployment", item, pods) for item in apps.list_namespaced_deployment(namespace).items
        ]
        sets = apps.list_namespaced_stateful_set(namespace).items
        found += [_workload(namespace, "StatefulSet", item, pods) for item in sets]
        found += [_job(namespace, item, pods) for item in batch.list_namespaced_job(namespace).items]
        claims = core.list_namespaced_persistent_volume_claim(namespace).items
        found += [_claim(namespace, item) for item in claims]
        ingresses = networking.list_namespaced_ingress(namespace).items
        found += [_ingress(namespace, item) for item in ingresses]
    return found


def _workload(namespace: str, kind: str, item: Any, pods: Sequence[Any]) -> Row:
    wanted, ready = item.spec.replicas or 0, item.status.ready_replicas or 0
    good = ready >= wanted
    labels = mapping(item.spec.selector.match_labels)
    own = [pod for pod in pods if labels.items() <= mapping(pod.metadata.labels).items()]
    detail = "" if good else "; ".join(dict.fromkeys(reason for pod in own for reason in pod_reasons(pod)))
    return Row(namespace, kind, item.metadata.name, f"{ready}/{wanted} ready", good, detail)


@dataclass(frozen=True)
class PodProblem:
    """Why a pod is not ready.

    Attributes:
        container: The container concerned; empty for the pod as a whole.
        reason: Kubernetes' reason.
        message: Kubernetes' message.
        last_words: Termination message (the end of its log) of the previous run, if the container waits for a restart.
    """

    container: str
    reason: str
    message: str
    last_words: str = ""


def pod_problems(pod: Any) -> Iterator[PodProblem]:
    """Return why a pod is not ready: what its containers wait for or died of, or why it is not scheduled."""
    status = pod.status
    for container in [*sequence(status.init_container_statuses), *sequence(status.container_statuses)]:
        waiting, ended = container.state.waiting, container.state.terminated
        if waiting and waiting.reason not in {"PodInitializing", "ContainerCreating"}:
            yield PodProblem(container.name, waiting.reason or "Waiting", waiting.message or "", _last_words(container))
        elif ended and ended.exit_code:
            yield PodProblem(container.name, ended.reason or "Error", ended.message or "")
    for condition in sequence(status.conditions):
        if condition.type == "PodScheduled" and condition.status == "False":
            yield PodProblem("", condition.reason or "Unschedulable", condition.message or "")


def _last_words(container: Any) -> str:
    ended = container.last_state.terminated if container.last_state else None
    return str(ended.message or "").strip() if ended and ended.exit_code else ""


def pod_reasons(pod: Any) -> Iterator[str]:
    """Return why a pod is not ready, one line for each reason."""
    for problem in pod_problems(pod):
        where = "/".join(part for part in (pod.metadata.name, problem.container) if part)
        # The end of a log has many lines, of which the last one is the most useful.
        said = problem.message.strip().splitlines()[-1:]
        yield " ".join([f"{where}: {problem.reason}", *said])


def _job(namespace: str, item: Any, pods: Sequence[Any]) -> Row:
    conditions = {
        condition.type: condition for condition in sequence(item.status.conditions) if condition.status == "True"
    }
    name = item.metadata.name
    model = mapping(item.metadata.annotations).get("ollama.com/model", "")
    if "Complete" in conditions:
        return Row(namespace, "Job", name, "complete", True, model)
    if "Failed" in conditions:
        own = [pod for pod in pods if mapping(pod.metadata.labels).get("job-name") == name]
        reasons = "; ".join(dict.fromkeys(reason for pod in own for reason in pod_reasons(pod)))
        return Row(namespace, "Job", name, "failed", False, reasons or conditions["Failed"].message or "")
    return Row(namespace, "Job", name, "running", True, model)


def _claim(namespace: str, item: Any) -> Row:
    phase = item.status.phase
    size = mapping(item.status.capacity).get("storage", "") if phase == "Bound" else ""
    return Row(namespace, "PersistentVolumeClaim", item.metadata.name, phase, phase == "Bound", size)


def _ingress(namespace: str, item: Any) -> Row:
    hosts = ", ".join(rule.host for rule in sequence(item.spec.rules) if rule.host)
    balancers = sequence(item.status.load_balancer.ingress) if item.status.load_balancer else []
    address = ", ".join(entry.ip or entry.hostname for entry in balancers)
    return Row(namespace, "Ingress", item.metadata.name, address or "no address yet", True, hosts)
