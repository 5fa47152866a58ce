"""Values of OTWLD's chart for Ollama's pod. Outputs are passed through unresolved.

Source: otwld/ollama-helm 1.77.0, values.yaml and templates/.
"""

from collections.abc import Mapping
from typing import Any, cast

import pulumi

from ..helm.release import release_name
from ..helm.server import Strategy
from ..helm.values import initial_delay, labels_for_chart, manifest, require_translated, split_image
from ..workload.pod import Pod
from ..workload.workload import Workload
from .connection import PORT

_LOST = ("automount_service_account_token", "enable_service_links")
"""Keys of the pod that the chart has no value for. The service account sets the first one too; the second keeps the
cluster's default."""

_LOST_IN_CONTAINER = ("termination_message_policy",)
"""Keys of the container that the chart has no value for: the message of a crash is in the log only."""

_POD = (
    "containers",
    "volumes",
    "service_account_name",
    "security_context",
    "termination_grace_period_seconds",
    "image_pull_secrets",
    "node_selector",
    "tolerations",
    "affinity",
    "topology_spread_constraints",
    "priority_class_name",
    "runtime_class_name",
    *_LOST,
)
_CONTAINER = (
    "name",
    "image",
    "ports",
    "env",
    "env_from",
    "resources",
    "security_context",
    "volume_mounts",
    "startup_probe",
    "readiness_probe",
    "liveness_probe",
    "lifecycle",
    *_LOST_IN_CONTAINER,
)
_SET_BY_CHART = ("OLLAMA_HOST",)
MODEL_STORE = "ollama-data"
"""Name of the volume with the models, in the chart and in our pod."""


_OFF = ("ingress", "gateway", "httpRoute", "autoscaling", "knative", "tests")
"""Objects of the chart that this program creates itself, or has no use for."""


def ollama_values(
    pod: Pod, workload: Workload, *, image: pulumi.Output[str], strategy: Strategy
) -> Mapping[str, object]:
    """Return the chart's values for a pod, except for the number of pods.

    Args:
        pod: Template of the pod as in the native Deployment, with one container.
        workload: The workload that it belongs to.
        image: Reference of its image.
        strategy: How pods are replaced.

    Raises:
        ValueError: a part of the pod is not translated.
    """
    spec = require_translated(pod.spec, *_POD)
    container = require_translated(spec["containers"][0], *_CONTAINER)
    labels = labels_for_chart(workload.labels)
    release = release_name(workload.name)
    metadata = cast("Mapping[str, Any]", pod.metadata)
    parts = image.apply(split_image)
    mounts = {mount["name"]: mount for mount in manifest(container["volume_mounts"])}
    claims = {volume["name"]: volume for volume in manifest(spec["volumes"])}
    passed_through = {
        **_placement(spec),
        "imagePullSecrets": spec.get("image_pull_secrets"),
        "extraEnvFrom": container.get("env_from"),
        "podAnnotations": metadata.get("annotations"),
    }
    return {
        "fullnameOverride": release,
        "nameOverride": release,
        "updateStrategy": manifest(strategy.spec()),
        "image": {"repository": parts["name"], "tag": parts["tag"]},
        "ollama": {
            "port": PORT,
            "mountPath": mounts[MODEL_STORE]["mountPath"],
            # The chart has no support for Intel, no toleration for AMD and no free resource name for MIG: `resources`
            # and `tolerations` ask for the GPU instead.
            "gpu": {"enabled": False},
            # Jobs of this program pull: a failed pull in the chart's postStart hook kills the server and has no log.
            "models": {"pull": [], "run": [], "create": [], "clean": False},
        },
        "serviceAccount": {"create": False, "name": spec["service_account_name"]},
        "service": {"type": "ClusterIP", "port": PORT},
        "deployment": {"labels": labels},
        "podLabels": labels_for_chart(metadata["labels"]),
        "podSecurityContext": manifest(spec["security_context"]),
        "securityContext": manifest(container["security_context"]),
        "terminationGracePeriodSeconds": spec["termination_grace_period_seconds"],
        "lifecycle": manifest(container["lifecycle"]),
        "resources": container["resources"],
        "extraEnv": [entry for entry in manifest(container["env"]) if entry["name"] not in _SET_BY_CHART],
        "livenessProbe": _probe(container["liveness_probe"], delay=initial_delay(container["startup_probe"])),
        "readinessProbe": _probe(container["readiness_probe"], delay=1),
        "persistentVolume": {
            "enabled": True,
            "existingClaim": claims[MODEL_STORE]["persistentVolumeClaim"]["claimName"],
        },
        "volumes": [volume for name, volume in claims.items() if name != MODEL_STORE],
        "volumeMounts": [mount for mount in manifest(container["volume_mounts"]) if mount["name"] != MODEL_STORE],
        **{name: {"enabled": False} for name in _OFF},
        **{key: value for key, value in passed_through.items() if value},
    }


def _placement(spec: Mapping[str, Any]) -> dict[str, object]:
    """Return what decides on which nodes a pod runs."""
    return {
        "nodeSelector": spec.get("node_selector"),
        "tolerations": manifest(spec.get("tolerations")),
        "affinity": spec.get("affinity"),
        "topologySpreadConstraints": spec.get("topology_spread_constraints"),
        "priorityClassName": spec.get("priority_class_name"),
        "runtimeClassName": spec.get("runtime_class_name"),
    }


def _probe(probe: Mapping[str, Any], *, delay: int) -> dict[str, Any]:
    """Return a probe in the chart's form, which fixes the port to the container's `http`."""
    return {
        "enabled": True,
        "path": probe["http_get"]["path"],
        "initialDelaySeconds": delay,
        "periodSeconds": probe["period_seconds"],
        "timeoutSeconds": probe["timeout_seconds"],
        "failureThreshold": probe["failure_threshold"],
        "successThreshold": 1,
    }
