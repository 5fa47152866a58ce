"""Values of LibreChat's chart for LibreChat's pod. Outputs are passed through unresolved.

Source: danny-avila/LibreChat, helm/librechat 2.0.8, values.yaml and templates/.
"""

from collections.abc import Mapping
from typing import Any, cast

import pulumi

from ..helm.release import release_name
from ..helm.server import Strategy
from ..helm.values import initial_delay, labels_for_chart, manifest, require_translated, split_image
from ..workload import manifests
from ..workload.pod import Pod
from ..workload.workload import Workload
from .paths import PORT

CONFIG_PATH = "/app/librechat.yaml"
"""Where the chart mounts librechat.yaml."""

NPM: Mapping[str, str] = {"npm_config_cache": "/tmp/.npm", "npm_config_update_notifier": "false"}  # noqa: S108 - inside a container
"""The chart has no value for the command, so npm starts the server, and npm needs a directory that it can write to."""

_LOST = ("automount_service_account_token", "termination_grace_period_seconds")
"""Keys of the pod that the chart has no value for. The service account sets the first one too; the second keeps
Kubernetes' default of 30 s."""

PRE_STOP_LIMIT = 10
"""Most seconds that the pod waits before SIGTERM: 20 of those 30 s are left for the server to end its streams."""

_LOST_IN_CONTAINER = ("termination_message_policy",)
"""Keys of the container that the chart has no value for: the message of a crash is in the log only. Init containers
keep theirs."""

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
"""Name of our volume with librechat.yaml; the chart has a volume of its own for that."""


_OFF = ("mongodb", "meilisearch", "redis", "librechat-rag-api", "ingress", "autoscaling")
"""Parts of the chart that this program creates itself, or has no use for."""


def librechat_values(
    pod: Pod,
    workload: Workload,
    *,
    image: pulumi.Output[str],
    strategy: Strategy,
    environment: Mapping[str, pulumi.Input[str]],
    secrets: Mapping[str, pulumi.Input[str]],
) -> Mapping[str, object]:
    """Return the chart's values for a pod, except for the number of pods.

    Args:
        pod: Template of the pod as in the native Deployment, with one container.
        workload: The workload that it belongs to.
        image: Reference of its image.
        strategy: How pods are replaced.
        environment: Variables that hold no secret.
        secrets: Name of the Secret of each secret variable. The variables are listed one by one, because the chart
            treats a whole Secret (`existingSecretName`) as optional: LibreChat would start without it, and generate
            credentials that are lost with the pod.

    Raises:
        ValueError: a part of the pod is not translated.
    """
    spec = require_translated(pod.spec, *_POD)
    container = require_translated(spec["containers"][0], *_CONTAINER)
    metadata = cast("Mapping[str, Any]", pod.metadata)
    parts = image.apply(split_image)
    volumes = {volume["name"]: volume for volume in manifest(spec["volumes"])}
    liveness = manifest(container["liveness_probe"])
    passed_through = {
        "nodeSelector": spec.get("node_selector"),
        "tolerations": spec.get("tolerations"),
        "affinity": spec.get("affinity"),
        "imagePullSecrets": spec.get("image_pull_secrets"),
    }
    return {
        "fullnameOverride": release_name(workload.name),
        "updateStrategy": manifest(strategy.spec()),
        "image": {key: parts[key] for key in ("registry", "repository", "tag")},
        "global": {"librechat": {"existingSecretName": "", "env": manifest(manifests.secret_environment(secrets))}},
        "librechat": {
            "configEnv": {**environment, **NPM, "CONFIG_PATH": CONFIG_PATH},
            "existingConfigYaml": volumes[CONFIG_VOLUME]["configMap"]["name"],
            # This program's claim is mounted instead: the chart cannot use an existing one, and deletes its own.
            "imageVolume": {"enabled": False},
        },
        "serviceAccount": {"create": False, "name": spec["service_account_name"]},
        "enableServiceLinks": spec["enable_service_links"],
        "service": {"type": "ClusterIP", "port": PORT, "containerPort": PORT},
        **{name: {"enabled": False} for name in _OFF},
        "deploymentLabels": labels_for_chart(workload.labels),
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
    """Return an init container without its name, which is its key in the chart."""
    return {key: value for key, value in container.items() if key != "name"}
