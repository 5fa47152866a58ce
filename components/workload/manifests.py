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
"""Annotation for objects that are not worth waiting for. Pulumi would wait up to ten minutes for the Pods of a Service,
although it has waited for their Deployment; for the first consumer of a claim; and for the address of an Ingress, which
some controllers never write."""

WAIT_FOR_NEW_POD = {
    "pulumi.com/waitFor": '["jsonpath={.status.updatedReplicas}=1", "jsonpath={.status.availableReplicas}=1"]'
}
"""Annotation for a Deployment with one pod and the strategy Recreate. Its conditions are those of the old pod until the
new one exists (kubernetes/kubernetes issue 115538). Without the annotation, pulumi-kubernetes 4.32 considers an update
done before there is a new pod, even if that pod never starts."""


def selector(name: str) -> dict[str, str]:
    """Return the labels that select the pods of a workload. They are immutable, so they hold nothing that may change.

    Args:
        name: Name of the workload, unique in its namespace.
    """
    return {NAME_LABEL: name, "app.kubernetes.io/part-of": PART_OF}


def labels(name: str, component: str, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the labels that Kubernetes recommends for an object.

    Args:
        name: Name of the workload that the object belongs to.
        component: Its role in the architecture, for example `database`.
        extra: Further labels; they do not replace those of the selector.
    """
    return {
        **(extra or {}),
        **selector(name),
        "app.kubernetes.io/component": component,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }


def pod_security_context(user: int, group: int | None = None) -> "PodSecurityContextArgsDict":
    """Return the pod's part of what the Pod Security level `restricted` requires.

    Args:
        user: UID of every container. A number, because Kubernetes cannot tell from a user's name that it is not root.
        group: GID of every container and owner of the volumes. Defaults to the UID.
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
"""A container that fails leaves the end of its log in the pod's status, where `make up` finds it even if the pod has
crashed again since."""


def security_context() -> "SecurityContextArgsDict":
    """Return the container's part of what `restricted` requires, and a read-only root filesystem."""
    return {
        "allow_privilege_escalation": False,
        "read_only_root_filesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def http_probe(path: str, port: str, *, period: int, failures: int, timeout: int = 5) -> "ProbeArgsDict":
    """Return an HTTP probe.

    Args:
        path: Path of the request.
        port: Name of the container's port.
        period: Seconds between two probes.
        failures: Failures in a row after which the probe has failed.
        timeout: Seconds to wait for an answer.
    """
    return {
        "http_get": {"path": path, "port": port},
        "period_seconds": period,
        "failure_threshold": failures,
        "timeout_seconds": timeout,
    }


def tcp_probe(port: str, *, period: int, failures: int, timeout: int = 5) -> "ProbeArgsDict":
    """Return a TCP probe.

    Args:
        port: Name of the container's port.
        period: Seconds between two probes.
        failures: Failures in a row after which the probe has failed.
        timeout: Seconds to wait for a connection.
    """
    return {
        "tcp_socket": {"port": port},
        "period_seconds": period,
        "failure_threshold": failures,
        "timeout_seconds": timeout,
    }


def environment(values: Mapping[str, Any]) -> "list[EnvVarArgsDict]":
    """Return environment variables sorted by name, so that equal settings result in equal pods."""
    return [{"name": name, "value": values[name]} for name in sorted(values)]


def secret_environment(sources: Mapping[str, Any]) -> "list[EnvVarArgsDict]":
    """Return environment variables from keys of the same name in Secrets, sorted by name.

    Each key is referenced by name: if it is missing, the container does not start and the event says why. With
    `envFrom`, a Secret that lacks a key would silently leave the variable unset, and a server could start without
    authentication.

    Args:
        sources: Name of the Secret for each variable.
    """
    return [
        {"name": key, "value_from": {"secret_key_ref": {"name": sources[key], "key": key}}} for key in sorted(sources)
    ]


def port(name: str, number: int) -> "list[ContainerPortArgsDict]":
    """Return the only port of a container, with a name."""
    return [{"name": name, "container_port": number, "protocol": "TCP"}]


def empty_dirs(names: Iterable[str]) -> "list[VolumeArgsDict]":
    """Return an emptyDir volume for each name."""
    return [{"name": name, "empty_dir": {}} for name in names]


def mount(name: str, path: str, *, sub_path: str = "", read_only: bool = False) -> "VolumeMountArgsDict":
    """Return the mount of a volume into a container.

    Args:
        name: Name of the volume.
        path: Where the container has it.
        sub_path: Directory of the volume; empty for its root.
        read_only: Whether the container cannot write to it.
    """
    result: VolumeMountArgsDict = {"name": name, "mount_path": path}
    if sub_path:
        result["sub_path"] = sub_path
    if read_only:
        result["read_only"] = True
    return result


TMP_MOUNT = mount("tmp", "/tmp")  # noqa: S108 - the path inside a container
"""Mount of the volume `tmp`, which a container with a read-only root filesystem needs."""


def claim_volume(name: str, claim: Any) -> "VolumeArgsDict":
    """Return the volume of a PersistentVolumeClaim.

    Args:
        name: Name of the volume.
        claim: Name of the claim; an output of the claim makes the pod depend on it.
    """
    return {"name": name, "persistent_volume_claim": {"claim_name": claim}}


def toleration(key: str) -> "TolerationArgsDict":
    """Return the toleration of a taint that keeps other pods off special nodes."""
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
    """Return a short digest of texts. As an annotation of a pod template, it rolls out the pods when a text changes."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(len(text).to_bytes(8, "big") + text.encode())
    return digest.hexdigest()[:32]
