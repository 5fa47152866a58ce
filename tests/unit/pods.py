"""Pure functions over the pods that a program declares."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.unit.recording import Recording, Resource

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob")
VOLUMES = {"configMap", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret", "csi"}
"""Volumes that the Pod Security level `restricted` lets through."""


class Pod(NamedTuple):
    """A pod template: the object that holds it, its metadata and its specification."""

    owner: Resource
    metadata: dict[str, Any]
    spec: dict[str, Any]

    def containers(self) -> list[dict[str, Any]]:
        """Every container, init containers included."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]


WITHOUT_LOG = "terminationMessagePolicy leaves out the log"
"""Violation that no chart has a value against."""


def template(owner: Resource) -> Pod:
    """The pod template of a workload."""
    spec = owner.spec["jobTemplate"]["spec"] if owner.kind == "CronJob" else owner.spec
    return Pod(owner, spec["template"].get("metadata", {}), spec["template"]["spec"])


def pods(recording: Recording) -> list[Pod]:
    """Every pod template of a program."""
    return [template(found) for found in recording.resources if found.kind in WORKLOADS]


def container(owner: Resource, name: str) -> dict[str, Any]:
    """A container of a workload by its name."""
    return next(found for found in template(owner).containers() if found["name"] == name)


def environment(owner: Resource, name: str) -> dict[str, str]:
    """The environment variables of a container that stand in the clear."""
    return {entry["name"]: entry["value"] for entry in container(owner, name).get("env", []) if "value" in entry}


def secret_environment(found: dict[str, Any]) -> dict[str, str]:
    """The Secret of each environment variable of a container that comes from one; its key has the variable's name."""
    references = secret_references(found)
    assert [name for name, reference in references.items() if reference["key"] != name] == []
    return {name: reference["name"] for name, reference in references.items()}


def secret_references(found: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Secret and key of each environment variable of a container that comes from one."""
    return {e["name"]: e["valueFrom"]["secretKeyRef"] for e in found.get("env", []) if "valueFrom" in e}


def violations(pod: Pod) -> Iterator[str]:
    """What the Pod Security level `restricted` would refuse, a writable root filesystem, a variable set twice, and a
    container that crashes without a word in the pod's status."""
    for key in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.spec.get(key):
            yield f"{key} is set"
    for volume in pod.spec.get("volumes", []):
        kinds = set(volume) - {"name"}
        if not kinds <= VOLUMES:
            yield f"volume {volume['name']} is of a kind that is refused: {kinds}"
    for found in pod.containers():
        yield from (f"{found['name']}: {rule}" for rule in _rules(pod.spec, found))
        names = [entry["name"] for entry in found.get("env", [])]
        yield from (f"{found['name']}: variable {name} is set twice" for name in names if names.count(name) > 1)


def _rules(spec: dict[str, Any], found: dict[str, Any]) -> Iterator[str]:
    own = found.get("securityContext", {})
    merged = {**spec.get("securityContext", {}), **own}
    capabilities = own.get("capabilities", {})
    kept = {
        "runAsNonRoot is not true": merged.get("runAsNonRoot") is True,
        "runAsUser is not set, or root": bool(merged.get("runAsUser")),
        "no seccompProfile": merged.get("seccompProfile", {}).get("type") in {"RuntimeDefault", "Localhost"},
        "privileged": not own.get("privileged"),
        "allowPrivilegeEscalation is not false": own.get("allowPrivilegeEscalation") is False,
        "the root filesystem can be written to": own.get("readOnlyRootFilesystem") is True,
        f"capabilities are {capabilities}": capabilities.get("drop") == ["ALL"]
        and not set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"},
        WITHOUT_LOG: found.get("terminationMessagePolicy") == "FallbackToLogsOnError",
        "hostPort is set": not any(port.get("hostPort") for port in found.get("ports", [])),
    }
    yield from (rule for rule, holds in kept.items() if not holds)
