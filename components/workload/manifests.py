"""Pure helpers for Kubernetes objects: labels, security contexts, probes, checksums."""

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .settings import Resources

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        ContainerPortArgsDict,
        EnvVarArgsDict,
        PodSecurityContextArgsDict,
        ProbeArgsDict,
        ResourceRequirementsArgsDict,
        SecurityContextArgsDict,
        TolerationArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

NAME_LABEL = "app.kubernetes.io/name"
"""Label with the name of the workload that an object belongs to."""

PART_OF = "ollama-librechat"
"""The label `app.kubernetes.io/part-of` of every object."""

MANAGED_BY = "pulumi"
"""The label `app.kubernetes.io/managed-by` of every object."""

SKIP_AWAIT = {"pulumi.com/skipAwait": "true"}
"""Annotation for objects whose own await says nothing: a Service waits up to ten minutes for Pods that their
Deployment is awaited for already, a claim waits for its first consumer, an Ingress for an address that some
controllers never write."""

WAIT_FOR_NEW_POD = {
    "pulumi.com/waitFor": '["jsonpath={.status.updatedReplicas}=1", "jsonpath={.status.availableReplicas}=1"]'
}
"""Annotation for a Deployment with one pod and the strategy Recreate. Its conditions are those of the old pod until the
new one is made (kubernetes/kubernetes issue 115538), so that pulumi-kubernetes 4.32 by itself takes an update for done
before there is a new pod, and one that never starts too."""


def selector(name: str) -> dict[str, str]:
    """Give the labels that select the pods of a workload. They are immutable, so they hold nothing that may change.

    name: name of the workload, which is unique in its namespace.
    """
    return {NAME_LABEL: name, "app.kubernetes.io/part-of": PART_OF}


def labels(name: str, component: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the labels of an object, in Kubernetes' recommended terms.

    name: name of the workload that the object belongs to.
    component: its part in the architecture, for example `database`.
    extra: further labels; they do not replace those of the selector.
    """
    return {
        **(extra or {}),
        **selector(name),
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }


def pod_security_context(user: int, group: int | None = None) -> "PodSecurityContextArgsDict":
    """Give the pod's half of what the Pod Security level `restricted` asks for.

    user: uid of every container; explicit, because Kubernetes cannot tell from a user's name that it is not root.
    group: gid of every container and owner of the volumes; the uid by default.
    """
    owner = user if group is None else group
    return {
        "run_as_non_root": True,
        "run_as_user": user,
        "run_as_group": owner,
        "fs_group": owner,
        "fs_group_change_policy": "OnRootMismatch",
        "seccomp_profile": {"type": "RuntimeDefault"},
    }


TERMINATION_MESSAGE_POLICY = "FallbackToLogsOnError"
"""Of every container: one that fails leaves the end of its log in the pod's status, where `make up` finds it even when
the pod has crashed again since."""


def security_context() -> "SecurityContextArgsDict":
    """Give the container's half of `restricted`, and a read-only root filesystem."""
    return {
        "allow_privilege_escalation": False,
        "read_only_root_filesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def http_probe(path: str, port: str, *, period: int, failures: int, timeout: int = 5) -> "ProbeArgsDict":
    """Give an HTTP probe; period and timeout in seconds."""
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": period,
        "failure_threshold": failures,
        "timeout_seconds": timeout,
    }


def tcp_probe(port: str, *, period: int, failures: int, timeout: int = 5) -> "ProbeArgsDict":
    """Give a TCP probe; period and timeout in seconds."""
    return {
        "tcp_socket": {"port": port},
        "period_seconds": period,
        "failure_threshold": failures,
        "timeout_seconds": timeout,
    }


def environment(values: Mapping[str, Any]) -> "list[EnvVarArgsDict]":
    """Give environment variables in the order of their names, so that the same settings give the same pod."""
    return [{"name": name, "value": values[name]} for name in sorted(values)]


def secret_environment(sources: Mapping[str, Any]) -> "list[EnvVarArgsDict]":
    """Give environment variables from the keys of the same names of Secrets.

    Each is asked for by name: without it the container does not start and says so, while a whole Secret that lacks a
    key would start MongoDB without authentication, and LibreChat with credentials that are lost with the pod.

    sources: name of the Secret by variable.
    """
    return [
        {"name": key, "value_from": {"secret_key_ref": {"name": sources[key], "key": key}}} for key in sorted(sources)
    ]


def port(name: str, number: int) -> "list[ContainerPortArgsDict]":
    """Give the one named port of a container."""
    return [{"name": name, "container_port": number, "protocol": "TCP"}]


def empty_dirs(names: Iterable[str]) -> "list[VolumeArgsDict]":
    """Give one emptyDir volume a name."""
    return [{"name": name, "empty_dir": {}} for name in names]


def mount(name: str, path: str, *, sub_path: str = "", read_only: bool = False) -> "VolumeMountArgsDict":
    """Give the mount of a volume into a container.

    sub_path: directory of the volume; empty for its root.
    """
    result: VolumeMountArgsDict = {"name": name, "mount_path": path}
    if sub_path:
        result["sub_path"] = sub_path
    if read_only:
        result["read_only"] = True
    return result


TMP_MOUNT = mount("tmp", "/tmp")  # noqa: S108 - the path inside a container
"""Mount of the volume `tmp`: what every container needs whose root filesystem is read-only."""


def claim_volume(name: str, claim: Any) -> "VolumeArgsDict":
    """Give a volume that mounts a PersistentVolumeClaim.

    name: name of the volume.
    claim: name of the claim; an output of the claim makes the pod depend on it.
    """
    return {"name": name, "persistent_volume_claim": {"claim_name": claim}}


def toleration(key: str) -> "TolerationArgsDict":
    """Give the toleration of the taint that keeps other pods off special nodes."""
    return {"key": key, "operator": "Exists", "effect": "NoSchedule"}


def container_resources(
    resources: Resources, extended_resources: Mapping[str, str] | None = None
) -> "ResourceRequirementsArgsDict":
    """Return a container's requests and limits.

    Args:
        resources: CPU and memory.
        extended_resources: Extended resources such as GPUs; Kubernetes sets their request to their limit.
    """
    result: ResourceRequirementsArgsDict = {}
    if requests := resources.requests.mapping():
        result["requests"] = requests
    if limits := {**resources.limits.mapping(), **(extended_resources or {})}:
        result["limits"] = limits
    return result


def base_container(
    name: str, image: "pulumi.Input[str]", resources: Resources, extended_resources: Mapping[str, str] | None = None
) -> "ContainerArgsDict":
    """Return the fields that every container has, to be spread into one: `{**base_container(...), "ports": ...}`.

    Args:
        name: Its name.
        image: Reference of its image.
        resources: Its CPU and memory.
        extended_resources: Extended resources such as GPUs; none by default.
    """
    return {
        "name": name,
        "image": image,
        "resources": container_resources(resources, extended_resources),
        "security_context": security_context(),
        "termination_message_policy": TERMINATION_MESSAGE_POLICY,
    }


def checksum(*texts: str) -> str:
    """Give a short digest of contents, for a pod template's annotation: another content, another rollout."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(len(text).to_bytes(8, "big") + text.encode())
    return digest.hexdigest()[:32]
