"""The pod of MongoDB."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from ..settings.quantities import parse_quantity
from ..workload import manifests
from ..workload.pod import Pod, with_extras
from ..workload.workload import Workload
from .connection import PORT
from .settings import MongoDBSettings

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

USER = 999
"""uid and gid of `mongodb` in the official image."""
GRACE_PERIOD_SECONDS = 60

KEYS = (
    "MONGO_INITDB_ROOT_USERNAME",
    "MONGO_INITDB_ROOT_PASSWORD",
    "MONGO_APP_DATABASE",
    "MONGO_APP_USERNAME",
    "MONGO_APP_PASSWORD",
)
"""Keys of the Secret that the pod needs, all of them: without the root user, MongoDB starts without authentication."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What the pod is made of.

    Attributes:
        image: Reference of the image.
        secret_name: Secret with the credentials.
        init_config_map: ConfigMap with the script that creates LibreChat's user.
        claim: Claim of the volume.
    """

    image: pulumi.Input[str]
    secret_name: pulumi.Input[str]
    init_config_map: pulumi.Input[str]
    claim: pulumi.Input[str]


def mongodb_pod(settings: MongoDBSettings, workload: Workload, parts: Parts) -> Pod:
    """Return the template of the pod, and create its service account."""
    account = workload.service_account()
    spec = workload.pod_spec(settings.pods, user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    spec["containers"] = [_container(settings, parts)]
    spec["volumes"] = [
        manifests.claim_volume("data", parts.claim),
        {"name": "init", "config_map": {"name": parts.init_config_map}},
        *manifests.empty_dirs(["configdb", "tmp"]),
    ]
    return Pod(metadata=workload.template_metadata(settings.pods), spec=with_extras(settings.pods, spec))


def _container(settings: MongoDBSettings, parts: Parts) -> "ContainerArgsDict":
    return {
        **manifests.base_container("mongodb", parts.image, settings.resources),
        "args": ["--wiredTigerCacheSizeGB", cache_size_gb(settings.resources.limits.memory)],
        "ports": manifests.port("mongodb", PORT),
        "env": manifests.secret_environment(dict.fromkeys(KEYS, parts.secret_name)),
        "volume_mounts": [
            manifests.mount("data", "/data/db"),
            manifests.mount("configdb", "/data/configdb"),
            manifests.TMP_MOUNT,
            manifests.mount("init", "/docker-entrypoint-initdb.d", read_only=True),
        ],
        # TCP: while the image sets up users, MongoDB listens on localhost only, so a ping there would report a
        # half-initialised database as ready. Killed then, it would stay half-initialised.
        "startup_probe": manifests.tcp_probe("mongodb", period=5, failures=60),
        "readiness_probe": manifests.tcp_probe("mongodb", period=10, failures=3),
        "liveness_probe": manifests.tcp_probe("mongodb", period=20, failures=6),
    }


def cache_size_gb(memory_limit: object) -> str:
    """Return WiredTiger's cache in GB: half of the memory limit beyond 512 MiB, at least 0.25.

    mongod takes half of what exceeds 1 GiB; under a small limit that leaves too little for its connections.

    Args:
        memory_limit: A Kubernetes quantity; anything else (none, an output) gives the minimum.
    """
    if not isinstance(memory_limit, str) or not memory_limit:
        return "0.25"
    gibibytes = float(parse_quantity(memory_limit)) / 2**30
    return f"{max(0.25, (gibibytes - 0.5) / 2):.2f}"
