"""When an object is ready, and what to report until then: pure functions of objects.

The rules and the messages follow the official provider, so that a failure reads the same with either plugin.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.plugins.kubernetes.objects import name_of, namespace_of, shown
from sandbox.plugins.values import as_list, as_object, is_object

REVISION = "deployment.kubernetes.io/revision"

Related = Callable[[str, str], list[dict[str, Any]]]
"""Returns the objects of an API version and kind in the namespace of the awaited object."""


@dataclass
class Readiness:
    """Readiness of one object.

    Attributes:
        ready: Whether the object is ready.
        failed: Whether waiting longer is pointless.
        progress: What the object waits for; shown beside the resource.
        reasons: Why it is not ready, one line each; reported if waiting fails.
    """

    ready: bool
    failed: bool = False
    progress: str = ""
    reasons: list[str] = field(default_factory=list)


_FIELDS = re.compile(r"jsonpath=\{(?P<fields>(\.[A-Za-z0-9_-]+)+)\}(=(?P<value>[^=]+))?")

Check = Callable[[dict[str, Any], Related], Readiness]


def _status(obj: dict[str, Any]) -> dict[str, Any]:
    return as_object(obj.get("status"))


def _spec(obj: dict[str, Any]) -> dict[str, Any]:
    return as_object(obj.get("spec"))


def _conditions(obj: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {item["type"]: item for item in as_list(_status(obj).get("conditions"))}


def _observed(obj: dict[str, Any]) -> bool:
    """Return whether the controller has observed the last change, so that the status reflects it."""
    return bool(_status(obj).get("observedGeneration", 0) >= obj["metadata"].get("generation", 0))


def _owned(items: list[dict[str, Any]], owner: dict[str, Any]) -> list[dict[str, Any]]:
    uid = owner["metadata"].get("uid")
    return [
        item
        for item in items
        if any(reference.get("uid") == uid for reference in as_list(item["metadata"].get("ownerReferences")))
    ]


def pod_problems(pod: dict[str, Any]) -> list[str]:
    """Return why a pod is not ready: its first failing condition, and its containers' errors."""
    status = _status(pod)
    conditions = _conditions(pod)
    if status.get("phase") == "Succeeded":
        return []
    for kind in ("PodScheduled", "Initialized", "Ready"):
        condition = conditions.get(kind)
        if condition is None or condition.get("status") == "True":
            continue
        text = condition.get("message", "") if condition.get("reason") else ""
        statuses = [
            *(as_list(status.get("initContainerStatuses")) if kind == "Initialized" else []),
            *(as_list(status.get("containerStatuses")) if kind != "PodScheduled" else []),
        ]
        details = [text] if text else []
        for container in statuses:
            details += container_problems(container)
        return [f"[Pod {shown(pod)}]: {'; '.join(details)}"] if details else []
    return []


def container_problems(status: dict[str, Any]) -> list[str]:
    """Return why a container is not ready, from its current and its last state."""
    if status.get("ready"):
        return []
    state = as_object(status.get("state"))
    name = status["name"]
    problems: list[str] = []
    waiting = state.get("waiting")
    if waiting and waiting.get("reason") not in ("ContainerCreating", "PodInitializing"):
        problems.append(f'container "{name}" [{waiting.get("reason", "")}] {waiting.get("message", "")}'.strip())
    terminated = state.get("terminated")
    if terminated and terminated.get("exitCode") != 0:
        problems.append(_terminated(name, terminated))
    last = as_object(status.get("lastState")).get("terminated")
    if last:
        problems.append(_terminated(name, last))
    return problems


def _terminated(name: str, state: dict[str, Any]) -> str:
    when = f" at {state['finishedAt']}" if state.get("finishedAt") else ""
    message = f": {state['message'].strip()}" if state.get("message") else ""
    return (
        f'container "{name}" terminated{when} '
        f"({state.get('reason') or 'Error'}: exit code {state.get('exitCode')}){message}"
    )


def _pods_problems(pods: list[dict[str, Any]]) -> list[str]:
    return [problem for pod in pods for problem in pod_problems(pod)]


def deployment(obj: dict[str, Any], related: Related) -> Readiness:
    """Ready when all pods of the newest ReplicaSet are ready and the Deployment is available."""
    conditions = _conditions(obj)
    revision = as_object(obj["metadata"].get("annotations")).get(REVISION, "")
    replica_sets = {
        as_object(item["metadata"].get("annotations")).get(REVISION): item
        for item in _owned(related("apps/v1", "ReplicaSet"), obj)
    }
    current = replica_sets.get(revision)
    if not _observed(obj) or not revision or current is None:
        return Readiness(False, progress="Waiting for the Deployment controller to create a ReplicaSet")
    wanted = _spec(current).get("replicas", 1)
    available = _status(current).get("readyReplicas", 0)
    live = conditions.get("Available", {}).get("status") == "True"
    rolled_out = (
        conditions.get("Progressing", {}).get("status") == "True"
        and conditions["Progressing"].get("reason") == "NewReplicaSetAvailable"
    )
    claims = {
        volume["persistentVolumeClaim"]["claimName"]
        for volume in as_list(_spec(as_object(_spec(obj).get("template"))).get("volumes"))
        if "persistentVolumeClaim" in volume
    }
    unbound = [
        name_of(claim)
        for claim in (related("v1", "PersistentVolumeClaim") if claims else [])
        if name_of(claim) in claims and _status(claim).get("phase") != "Bound"
    ]
    # Recreate first scales the old ReplicaSet down: until the new one exists, the conditions are those of the old one.
    updated = _status(obj).get("updatedReplicas", 0) >= _spec(obj).get("replicas", 1)
    if live and available >= wanted and updated and (rolled_out or revision == "1") and not unbound:
        return Readiness(True)
    reasons = [
        f"[{condition['reason']}] {condition['message']}"
        for kind in ("Progressing", "Available")
        if (condition := conditions.get(kind, {})).get("status") == "False" and condition.get("reason")
    ]
    if unbound:
        reasons.append(f"Failed to bind PersistentVolumeClaim(s): {', '.join(sorted(unbound))}")
    if not live:
        reasons.append("Minimum number of live Pods was not attained")
    elif revision != "1" and not rolled_out:
        reasons.append("Minimum number of Pods to consider the application live was not attained")
    elif available < wanted:
        reasons.append("Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live")
    problems = _pods_problems(_owned(related("v1", "Pod"), current))
    progress = f"Waiting for app ReplicaSet to be available ({available}/{wanted} Pods available)"
    return Readiness(False, progress=_with(progress, problems), reasons=[*reasons, *problems])


def stateful_set(obj: dict[str, Any], related: Related) -> Readiness:
    """Ready when every replica is ready and has the newest revision."""
    status = _status(obj)
    wanted = _spec(obj).get("replicas", 1)
    ready = status.get("readyReplicas", 0)
    on_delete = (
        _spec(obj).get("updateStrategy", {}).get("type") == "OnDelete" and obj["metadata"].get("generation", 0) > 1
    )
    current, newest = status.get("currentRevision", ""), status.get("updateRevision", "")
    counts = [status.get("replicas", 0), ready]
    if not on_delete:
        counts.append(status.get("currentReplicas", 0))
    replicas_ready = all(count == wanted for count in counts)
    revision_ready = on_delete or (bool(current) and current == newest)
    if _observed(obj) and replicas_ready and revision_ready:
        return Readiness(True)
    if not revision_ready:
        ready = min(ready, status.get("updatedReplicas", 0))
    reasons: list[str] = []
    if not replicas_ready:
        reasons.append(f"{ready} out of {wanted} replicas succeeded readiness checks")
    if not revision_ready:
        reasons.append(f'StatefulSet controller failed to advance from revision "{current}" to revision "{newest}"')
    problems = _pods_problems(_owned(related("v1", "Pod"), obj))
    progress = f"Waiting for StatefulSet to roll out ({ready}/{wanted} Pods ready)"
    return Readiness(False, progress=_with(progress, problems), reasons=[*reasons, *problems])


def daemon_set(obj: dict[str, Any], related: Related) -> Readiness:
    """Ready when every node that should run a pod has an available one of the newest revision."""
    status = _status(obj)
    wanted = status.get("desiredNumberScheduled", 0)
    updated = status.get("updatedNumberScheduled", 0)
    available = status.get("numberAvailable", 0)
    if _observed(obj) and updated >= wanted and available >= wanted:
        return Readiness(True)
    problems = _pods_problems(_owned(related("v1", "Pod"), obj))
    progress = f"Waiting for DaemonSet to roll out ({min(updated, available)}/{wanted} Pods available)"
    return Readiness(False, progress=_with(progress, problems), reasons=[progress, *problems])


def job(obj: dict[str, Any], related: Related) -> Readiness:
    """Ready when complete; failed when the controller gave up."""
    conditions = _conditions(obj)
    if conditions.get("Complete", {}).get("status") == "True":
        return Readiness(True)
    status = _status(obj)
    problems = _pods_problems(_owned(related("v1", "Pod"), obj))
    failed = conditions.get("Failed", {})
    if failed.get("status") == "True":
        reason = f"[{failed.get('reason', 'Failed')}] {failed.get('message', '')}".strip()
        return Readiness(False, failed=True, reasons=[reason, *problems])
    counts = " | ".join(f"{kind.title()}: {status.get(kind, 0)}" for kind in ("active", "succeeded", "failed"))
    progress = f'Waiting for Job "{shown(obj)}" to succeed ({counts})'
    return Readiness(False, progress=progress, reasons=[progress, *problems])


def pod(obj: dict[str, Any], _related: Related) -> Readiness:
    """Ready when its containers are, or when it has completed."""
    conditions = _conditions(obj)
    phase = _status(obj).get("phase")
    if phase == "Succeeded" or conditions.get("Ready", {}).get("status") == "True":
        return Readiness(True)
    progress = f'Waiting for Pod "{shown(obj)}" to be ready'
    return Readiness(False, phase == "Failed", progress, pod_problems(obj) or [progress])


def persistent_volume_claim(obj: dict[str, Any], related: Related) -> Readiness:
    """Ready when bound, or at once if the volume is created for the first pod that uses it."""
    phase = _status(obj).get("phase")
    if phase == "Bound":
        return Readiness(True)
    storage_class = _spec(obj).get("storageClassName", "")
    classes = {name_of(item): item for item in related("storage.k8s.io/v1", "StorageClass")}
    mode = classes.get(storage_class, {}).get("volumeBindingMode")
    if phase == "Pending" and mode == "WaitForFirstConsumer":
        return Readiness(True)
    reason = f'PersistentVolumeClaim "{shown(obj)}" is {phase or "new"}, not Bound'
    if not storage_class:
        reason += ": it names no StorageClass and the cluster has no default one"
    elif storage_class not in classes:
        reason += f': there is no StorageClass "{storage_class}"'
    return Readiness(False, progress="Waiting for a volume to be bound", reasons=[reason])


def persistent_volume(obj: dict[str, Any], _related: Related) -> Readiness:
    """Ready when available or bound."""
    phase = _status(obj).get("phase", "new")
    text = f'PersistentVolume "{name_of(obj)}" is {phase}'
    return Readiness(phase in ("Available", "Bound"), progress=text, reasons=[text])


def service(obj: dict[str, Any], related: Related) -> Readiness:
    """Ready when all selected pods are ready and a load balancer has its address."""
    spec = _spec(obj)
    kind = spec.get("type", "ClusterIP")
    addressed = kind != "LoadBalancer" or bool(_status(obj).get("loadBalancer", {}).get("ingress"))
    reasons: list[str] = []
    if not addressed:
        reasons.append("Service was not allocated an IP address; does your cloud provider support this?")
    if kind == "ExternalName" or spec.get("clusterIP") == "None" or not spec.get("selector"):
        return Readiness(addressed, progress="Waiting for an IP address", reasons=reasons)
    slices = [
        item
        for item in related("discovery.k8s.io/v1", "EndpointSlice")
        if as_object(item["metadata"].get("labels")).get("kubernetes.io/service-name") == name_of(obj)
    ]
    endpoints = [endpoint for item in slices for endpoint in as_list(item.get("endpoints"))]
    pending = any(as_object(endpoint.get("conditions")).get("ready") is False for endpoint in endpoints)
    if addressed and slices and not pending:
        return Readiness(True)
    if not endpoints or pending:
        reasons.insert(
            0,
            "Service does not target any Pods. Selected Pods may not be ready, or "
            "field '.spec.selector' may not match labels on any Pods",
        )
    return Readiness(False, progress="Finding Pods to direct traffic to", reasons=reasons)


def ingress(obj: dict[str, Any], related: Related) -> Readiness:
    """Ready when every Service behind it exists and a controller has assigned an address."""
    wanted = {
        path["backend"]["service"]["name"]
        for rule in as_list(_spec(obj).get("rules"))
        for path in as_list(as_object(rule.get("http")).get("paths"))
        if "service" in path["backend"]
    }
    missing = sorted(wanted - {name_of(item) for item in related("v1", "Service")})
    addressed = bool(_status(obj).get("loadBalancer", {}).get("ingress"))
    if addressed and not missing:
        return Readiness(True)
    reasons: list[str] = []
    if missing:
        reasons.append(
            f"Ingress has at least one rule with an unavailable target endpoint: no Service {', '.join(missing)}"
        )
    if not addressed:
        reasons.append("Ingress .status.loadBalancer field was not updated with a hostname/IP address")
    return Readiness(False, progress=reasons[-1], reasons=reasons)


def resource_quota(obj: dict[str, Any], _related: Related) -> Readiness:
    """Ready when the controller enforces its limits."""
    ready = _spec(obj).get("hard", {}) == _status(obj).get("hard", {})
    text = f'ResourceQuota "{shown(obj)}" is not enforced yet'
    return Readiness(ready, progress=text, reasons=[text])


def custom_condition(expression: str) -> Check:
    """Return the check for one expression of the annotation ``pulumi.com/waitFor``.

    Args:
        expression: ``condition=Type``, ``condition=Type=Status``, ``jsonpath={.field.of.it}``, or
            ``jsonpath={.field.of.it}=value``.

    Raises:
        ValueError: It is another expression, such as a JSONPath with a filter.
    """
    prefix, _, rest = expression.partition("=")
    if path := _FIELDS.fullmatch(expression):
        return _field(path["fields"].split(".")[1:], path["value"], rest)
    kind, _, wanted = rest.partition("=")
    if prefix != "condition" or not kind:
        raise ValueError(f'expected "condition=TYPE[=STATUS]" or "jsonpath={{.PATH}}[=VALUE]", got "{expression}"')

    def check(obj: dict[str, Any], _related: Related) -> Readiness:
        condition = _conditions(obj).get(kind, {})
        ready = condition.get("status", "").lower() == (wanted or "True").lower()
        why = f"{condition.get('reason', '')} {condition.get('message', '')}".strip()
        text = f"Waiting for condition {rest}" + (f": {why}" if why else "")
        return Readiness(ready, progress=text, reasons=[text])

    return check


def _field(names: list[str], wanted: str | None, text: str) -> Check:
    """Return the check for a field of the object: that it exists, or that it has a value."""

    def check(obj: dict[str, Any], _related: Related) -> Readiness:
        found: Any = obj
        for name in names:
            found = found.get(name) if is_object(found) else None
        # Without an observed generation in the status, assume that it is current.
        current = "observedGeneration" not in _status(obj) or _observed(obj)
        ready = current and found is not None and wanted in {None, str(found)}
        told = f"Waiting for {text}" + (f" (found {found})" if found is not None and not ready else "")
        return Readiness(ready, progress=told, reasons=[told])

    return check


def _with(progress: str, problems: list[str]) -> str:
    return f"{progress}: {problems[0]}" if problems else progress


CHECKS: dict[tuple[str, str], Check] = {
    ("apps/v1", "DaemonSet"): daemon_set,
    ("apps/v1", "Deployment"): deployment,
    ("apps/v1", "StatefulSet"): stateful_set,
    ("batch/v1", "Job"): job,
    ("networking.k8s.io/v1", "Ingress"): ingress,
    ("v1", "PersistentVolume"): persistent_volume,
    ("v1", "PersistentVolumeClaim"): persistent_volume_claim,
    ("v1", "Pod"): pod,
    ("v1", "ResourceQuota"): resource_quota,
    ("v1", "Service"): service,
}
"""Readiness check of each kind; other kinds are ready as soon as they exist."""

CHECKED_ON_READ = frozenset({"DaemonSet", "Deployment", "Ingress", "Job", "Pod", "Service", "StatefulSet"})
"""Kinds whose readiness a refresh checks too, so that the next update waits for them again."""

NOT_AWAITED_ON_DELETE = frozenset({"DaemonSet", "Deployment", "Job", "Namespace", "Pod", "StatefulSet"})
"""Kinds for which ``pulumi.com/skipAwait`` also means not to wait for their deletion."""


def not_ready_text(obj: dict[str, Any], *, timed_out: bool) -> str:
    """Return the sentence that says which object did not become ready."""
    kind, name = obj["kind"], name_of(obj)
    where = f" in namespace '{namespace_of(obj)}'" if namespace_of(obj) else ""
    if timed_out:
        return f"{kind} '{name}'{where} timed out waiting to be Ready"
    return f"{kind} '{name}'{where} was created but failed to initialize"
