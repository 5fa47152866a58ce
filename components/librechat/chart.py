"""From LibreChat's pod to the values of LibreChat's chart. Pure: outputs are passed through as they are.

Source: danny-avila/LibreChat, helm/librechat 2.0.8, values.yaml and templates/.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ..helm.release import initial_delay, known_only, labels_for_chart, manifest

PORT = 3080
CONFIG_PATH = "/app/librechat.yaml"
"""Where the chart mounts librechat.yaml."""

NPM: Mapping[str, str] = {"npm_config_cache": "/tmp/.npm", "npm_config_update_notifier": "false"}  # noqa: S108 - inside a container
"""The chart has no value for the command, so that npm starts the server, and npm wants to write."""

_LOST = ("automount_service_account_token", "termination_grace_period_seconds")
"""What the chart has no value for. The service account says the first too; the second is Kubernetes' 30 s then."""

PRE_STOP_LIMIT = 10
"""Seconds that the pod may wait before SIGTERM: 20 of those 30 s are left for the server to end its streams."""

_LOST_IN_CONTAINER = ("termination_message_policy",)
"""The chart has no value for it: the message of a crash is in the log only. Init containers keep it."""

_POD = (
    "containers",
    "init_containers",
    "volumes",
    "service_account_name",
    "enable_service_links",
    "security_context",
    "image_pull_secrets",
    "node_selector",
    "tolerations",
    "affinity",
    *_LOST,
)
_CONTAINER = (
    "name",
    "image",
    "command",
    "working_dir",
    "ports",
    "env",
    "resources",
    "security_context",
    "volume_mounts",
    "startup_probe",
    "readiness_probe",
    "liveness_probe",
    "lifecycle",
    *_LOST_IN_CONTAINER,
)
CONFIG_VOLUME = "config"
"""Name of our volume with librechat.yaml, which the chart has one of its own for."""


def librechat_values(
    pod: Mapping[str, Any],
    *,
    image: Any,
    release: str,
    replicas: int,
    strategy: Mapping[str, Any],
    labels: Mapping[str, str],
    metadata: Mapping[str, Any],
    environment: Mapping[str, Any],
    secret_environment: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Give the chart's values for a pod.

    pod: specification of the pod as the native Deployment has it, with one container.
    image: its image as `split_image` gives it, or an output of that.
    release: name of the release.
    strategy: how pods are replaced.
    labels: labels of every object.
    metadata: metadata of the pod template.
    environment: the environment that holds no secret.
    secret_environment: variables with the names of Secrets, each of which has to be there: the chart's own way, a whole
        Secret, is optional there, and LibreChat would go on with credentials that are lost with the pod.

    Raises ValueError for a part of the pod that is not translated.
    """
    spec = known_only(pod, *_POD)
    container = known_only(spec["containers"][0], *_CONTAINER)
    volumes = {volume["name"]: volume for volume in manifest(spec["volumes"])}
    liveness = manifest(container["liveness_probe"])
    passed_through = {
        "nodeSelector": spec.get("node_selector"),
        "tolerations": spec.get("tolerations"),
        "affinity": spec.get("affinity"),
        "imagePullSecrets": spec.get("image_pull_secrets"),
    }
    return {
        "fullnameOverride": release,
        "replicaCount": replicas,
        "updateStrategy": manifest(strategy),
        "image": {key: image[key] for key in ("registry", "repository", "tag")},
        "global": {"librechat": {"existingSecretName": "", "env": manifest(secret_environment)}},
        "librechat": {
            "configEnv": {**environment, **NPM, "CONFIG_PATH": CONFIG_PATH},
            "existingConfigYaml": volumes[CONFIG_VOLUME]["configMap"]["name"],
            # A claim of ours is mounted instead: the chart's could not be one that is there, and is deleted with it.
            "imageVolume": {"enabled": False},
        },
        "mongodb": {"enabled": False},
        "meilisearch": {"enabled": False},
        "redis": {"enabled": False},
        "librechat-rag-api": {"enabled": False},
        "serviceAccount": {"create": False, "name": spec["service_account_name"]},
        "enableServiceLinks": spec["enable_service_links"],
        "service": {"type": "ClusterIP", "port": PORT, "containerPort": PORT},
        "ingress": {"enabled": False},
        "autoscaling": {"enabled": False},
        "deploymentLabels": labels_for_chart(labels),
        "podLabels": labels_for_chart(metadata["labels"]),
        "podAnnotations": metadata.get("annotations", {}),
        "podSecurityContext": manifest(spec["security_context"]),
        "securityContext": manifest(container["security_context"]),
        "lifecycle": {"preStop": {"sleep": {"seconds": min(_pre_stop(container), PRE_STOP_LIMIT)}}},
        "resources": container["resources"],
        "livenessProbe": {**liveness, "initialDelaySeconds": initial_delay(container["startup_probe"])},
        "readinessProbe": manifest(container["readiness_probe"]),
        "initContainers": {entry["name"]: _unnamed(entry) for entry in manifest(spec["init_containers"])},
        "volumes": [volume for name, volume in volumes.items() if name != CONFIG_VOLUME],
        "volumeMounts": [mount for mount in manifest(container["volume_mounts"]) if mount["name"] != CONFIG_VOLUME],
        **{key: value for key, value in passed_through.items() if value},
    }


def _pre_stop(container: Mapping[str, Any]) -> int:
    return int(container["lifecycle"]["pre_stop"]["sleep"]["seconds"])


def _unnamed(container: Mapping[str, Any]) -> dict[str, Any]:
    """Give an init container without its name, which is its key in the chart."""
    return {key: value for key, value in container.items() if key != "name"}
