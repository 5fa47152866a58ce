"""Rules on security contexts: Pod Security `restricted`, and a read-only root filesystem."""

from collections.abc import Iterator, Mapping
from typing import Any

from .pods import containers, pod_spec
from .rule import Resource, ResourceRule, mapping, sequence

_NAMESPACES = ("hostNetwork", "hostPID", "hostIPC")
_VOLUMES = {
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
}
_PROFILES = {"RuntimeDefault", "Localhost"}


def _restricted(resource: Resource) -> Iterator[str]:
    spec = pod_spec(resource)
    if spec is None:
        return
    pod = mapping(spec.get("securityContext"))
    for container in containers(resource):
        found = "; ".join(_faults(pod, mapping(container.get("securityContext"))))
        if found:
            yield f"container {container.get('name')} is not restricted: {found}."
    for volume in map(mapping, sequence(spec.get("volumes"))):
        others = set(volume) - {"name"} - _VOLUMES
        if others:
            yield f"volume {volume.get('name')} is of type {', '.join(sorted(others))}. Use a PersistentVolumeClaim."


def _faults(pod: Mapping[str, Any], own: Mapping[str, Any]) -> Iterator[str]:
    def either(key: str) -> Any:
        return own[key] if key in own else pod.get(key)

    if either("runAsNonRoot") is not True:
        yield "set runAsNonRoot: true"
    if either("runAsUser") == 0:
        yield "runAsUser must not be 0"
    if mapping(either("seccompProfile")).get("type") not in _PROFILES:
        yield "set seccompProfile.type: RuntimeDefault"
    if own.get("allowPrivilegeEscalation") is not False:
        yield "set allowPrivilegeEscalation: false"
    if own.get("privileged"):
        yield "privileged must not be set"
    capabilities = mapping(own.get("capabilities"))
    if "ALL" not in sequence(capabilities.get("drop")):
        yield "drop the capabilities ALL"
    if set(sequence(capabilities.get("add"))) - {"NET_BIND_SERVICE"}:
        yield "add no capability but NET_BIND_SERVICE"
    if own.get("readOnlyRootFilesystem") is not True:
        yield "set readOnlyRootFilesystem: true"


def _host(resource: Resource) -> Iterator[str]:
    spec = pod_spec(resource) or {}
    shared = [name for name in _NAMESPACES if spec.get(name)]
    if shared:
        yield f"the pods share {', '.join(shared)} with the node. Leave it out."
    for container in containers(resource):
        ports = [
            port.get("hostPort") for port in map(mapping, sequence(container.get("ports"))) if port.get("hostPort")
        ]
        if ports:
            yield f"container {container.get('name')} takes the port {ports[0]} of the node. Use a Service."


RESTRICTED = ResourceRule(
    "restricted-pods", "Pods keep to the Pod Security level `restricted` and cannot write to their image.", _restricted
)
HOST_NAMESPACES = ResourceRule("no-host-namespaces", "Pods share no namespace and no port with their node.", _host)
