"""LibreChat's pod: the init container that waits for the database, the server, its volumes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

from ..scripts import script
from ..workload import manifests
from ..workload.pod import Pod, pre_stop, with_extras
from ..workload.workload import Workload
from .chart import CONFIG_VOLUME
from .paths import CONFIG_DIRECTORY, NAME, PORT
from .settings import LibreChatSettings

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, VolumeArgsDict

CHECK_CREDENTIALS = "check-credentials.js"
"""LibreChat does not check its credentials: it replaces an empty one by one that is lost with the pod, and a wrong
length fails at the first encryption. The script names the keys and never shows their values."""

WAIT_FOR_MONGODB = "wait-for-mongodb.js"
"""LibreChat exits when it finds no database for 30 s; waiting first avoids the restarts and their growing back-off."""

USER = 1000
"""uid and gid of `node` in the image."""
SHUTDOWN_SECONDS = 80
"""LibreChat aborts its streams at SIGTERM and exits within 60 s."""
PRE_STOP_SECONDS = 10
"""Wait before SIGTERM: proxies take a moment to remove the endpoint."""
DRAIN_SECONDS = 120
"""The same where another pod takes over: an answer that is being written gets this long to finish."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Images, variables and volumes of LibreChat's pods.

    Attributes:
        image: Its image.
        environment: Variables that hold no secret.
        secrets: Name of the Secret of each secret variable.
        checksums: Annotations that roll the pods when something they read has changed.
        config_map: Name of the ConfigMap with librechat.yaml.
        claim: Name of the claim of uploads and images; None where they are in a bucket.
    """

    image: pulumi.Output[str]
    environment: Mapping[str, pulumi.Input[str]]
    secrets: Mapping[str, pulumi.Input[str]] = field(repr=False)
    checksums: Mapping[str, pulumi.Input[str]]
    config_map: pulumi.Output[str]
    claim: pulumi.Output[str] | None


def shares_files(settings: LibreChatSettings) -> bool:
    """Return whether an old pod and a new one can use the files at the same time."""
    return settings.storage.access_mode == "ReadWriteMany" or settings.files.strategy == "s3"


def librechat_pod(settings: LibreChatSettings, workload: Workload, parts: Parts) -> Pod:
    """Return the template of the pods."""
    drain = DRAIN_SECONDS if shares_files(settings) else PRE_STOP_SECONDS
    account = workload.service_account()
    spec = workload.pod_spec(settings.pods, user=USER, service_account=account, grace_period=drain + SHUTDOWN_SECONDS)
    spec["init_containers"] = [_wait_for_mongodb(settings, parts)]
    spec["containers"] = [_server(settings, parts, drain)]
    spec["volumes"] = _volumes(parts)
    metadata = workload.template_metadata(settings.pods, parts.checksums)
    return Pod(metadata=metadata, spec=with_extras(settings.pods, spec))


def _wait_for_mongodb(settings: LibreChatSettings, parts: Parts) -> "ContainerArgsDict":
    return {
        **manifests.base_container("wait-for-mongodb", parts.image, settings.resources),
        "command": ["node", "-e", script(__package__, CHECK_CREDENTIALS) + script(__package__, WAIT_FOR_MONGODB)],
        "env": manifests.secret_environment(parts.secrets),
    }


def _server(settings: LibreChatSettings, parts: Parts, drain_seconds: int) -> "ContainerArgsDict":
    return {
        **manifests.base_container(NAME, parts.image, settings.resources),
        # Not `npm run backend`: npm swallows SIGTERM and writes to a home it does not have.
        "command": ["node", "api/server/index.js"],
        "working_dir": "/app",
        "ports": manifests.port("http", PORT),
        "env": [*manifests.environment(parts.environment), *manifests.secret_environment(parts.secrets)],
        "volume_mounts": [
            manifests.mount(CONFIG_VOLUME, CONFIG_DIRECTORY, read_only=True),
            manifests.mount("data", "/app/client/public/images", sub_path="images"),
            manifests.mount("data", "/app/uploads", sub_path="uploads"),
            manifests.mount("app-data", "/app/data"),
            manifests.mount("logs", "/app/logs"),
            manifests.TMP_MOUNT,
        ],
        "startup_probe": manifests.http_probe("/readyz", "http", period=5, failures=60),
        "readiness_probe": manifests.http_probe("/readyz", "http", period=5, failures=3),
        "liveness_probe": manifests.http_probe("/livez", "http", period=10, failures=6),
        "lifecycle": pre_stop(settings.pods, drain_seconds),
    }


def _volumes(parts: Parts) -> "list[VolumeArgsDict]":
    data = manifests.empty_dirs(["data"]) if parts.claim is None else [manifests.claim_volume("data", parts.claim)]
    return [
        {"name": CONFIG_VOLUME, "config_map": {"name": parts.config_map}},
        *data,
        *manifests.empty_dirs(["app-data", "logs", "tmp"]),
    ]
