"""From Ollama's pod to the values of OTWLD's chart. Pure: outputs are passed through as they are.

Source: otwld/ollama-helm 1.77.0, values.yaml and templates/.
"""

from collections.abc import Mapping
from typing import Any

from ..helm.release import initial_delay, known_only, labels_for_chart, manifest

PORT = 11434

_LOST = ("automount_service_account_token", "enable_service_links")
"""What the chart has no value for. The service account says the first too; the second is the cluster's default then."""

_LOST_IN_CONTAINER = ("termination_message_policy",)
"""The chart has no value for it: the message of a crash is in the log only."""

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
"""Name of the volume with the models, in the chart and in ours."""


def ollama_values(
    pod: Mapping[str, Any],
    *,
    image: Any,
    release: str,
    replicas: int,
    strategy: Mapping[str, Any],
    labels: Mapping[str, str],
    metadata: Mapping[str, Any],
) -> dict[str, Any]:
    """Give the chart's values for a pod.

    pod: specification of the pod as the native Deployment has it, with one container.
    image: its image as `split_image` gives it, or an output of that.
    release: name of the release.
    strategy: how pods are replaced.
    labels: labels of every object.
    metadata: metadata of the pod template.

    Raises ValueError for a part of the pod that is not translated.
    """
    spec = known_only(pod, *_POD)
    container = known_only(spec["containers"][0], *_CONTAINER)
    mounts = {mount["name"]: mount for mount in manifest(container["volume_mounts"])}
    claims = {volume["name"]: volume for volume in manifest(spec["volumes"])}
    passed_through = {
        "nodeSelector": spec.get("node_selector"),
        "tolerations": manifest(spec.get("tolerations")),
        "affinity": spec.get("affinity"),
        "topologySpreadConstraints": spec.get("topology_spread_constraints"),
        "priorityClassName": spec.get("priority_class_name"),
        "runtimeClassName": spec.get("runtime_class_name"),
        "imagePullSecrets": spec.get("image_pull_secrets"),
        "extraEnvFrom": container.get("env_from"),
        "podAnnotations": metadata.get("annotations"),
    }
    return {
        "fullnameOverride": release,
        "nameOverride": release,
        "replicaCount": replicas,
        "updateStrategy": manifest(strategy),
        "image": {"repository": image["name"], "tag": image["tag"]},
        "ollama": {
            "port": PORT,
            "mountPath": mounts[MODEL_STORE]["mountPath"],
            # The chart knows no Intel, gives AMD no toleration and MIG no free name: `resources` and `tolerations` do.
            "gpu": {"enabled": False},
            # A pull in a postStart hook has no log and kills the server when it fails: Jobs of ours pull.
            "models": {"pull": [], "run": [], "create": [], "clean": False},
        },
        "serviceAccount": {"create": False, "name": spec["service_account_name"]},
        "service": {"type": "ClusterIP", "port": PORT},
        "deployment": {"labels": labels_for_chart(labels)},
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
        "ingress": {"enabled": False},
        "gateway": {"enabled": False},
        "httpRoute": {"enabled": False},
        "autoscaling": {"enabled": False},
        "knative": {"enabled": False},
        "tests": {"enabled": False},
        **{key: value for key, value in passed_through.items() if value},
    }


def _probe(probe: Mapping[str, Any], *, delay: int) -> dict[str, Any]:
    """Give a probe as the chart takes it; the port is the container's `http`."""
    return {
        "enabled": True,
        "path": probe["http_get"]["path"],
        "initialDelaySeconds": delay,
        "periodSeconds": probe["period_seconds"],
        "timeoutSeconds": probe["timeout_seconds"],
        "failureThreshold": probe["failure_threshold"],
        "successThreshold": 1,
    }
