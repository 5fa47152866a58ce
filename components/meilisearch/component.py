"""Meilisearch, LibreChat's full-text search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import pulumi
from typing_extensions import NotRequired, Self

from ..args import MeilisearchSettingsArgs
from ..component import Component
from ..context import CommonArgs, Context, checked_args, resolve_args
from ..credentials import hexadecimal, rollout_annotation
from ..network.ingress_rules import from_pods
from ..network.peers import Peer
from ..network.policy import network_policy
from ..workload import manifests
from ..workload.names import name_of
from ..workload.pod import Pod, with_extras
from ..workload.workload import Workload
from .connection import MASTER_KEY, MeilisearchConnection
from .settings import MeilisearchSettings
from .versions import MEILISEARCH

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

NAME = "librechat-meilisearch"
"""Name of the Service and of every other object whose name is an address."""

PORT = 7700
USER = 1000
GRACE_PERIOD_SECONDS = 60
DATA = "/meili_data"
MASTER_KEY_BYTES = 32
"""Meilisearch refuses fewer than 16 bytes in production."""

ENVIRONMENT = {
    "MEILI_ENV": "production",
    "MEILI_NO_ANALYTICS": "true",
    "MEILI_HTTP_ADDR": f"0.0.0.0:{PORT}",
    "MEILI_DB_PATH": f"{DATA}/data.ms",
    "MEILI_DUMP_DIR": f"{DATA}/dumps",
    "MEILI_SNAPSHOT_DIR": f"{DATA}/snapshots",
    # A newer version migrates the index instead of refusing to start. The second name is the one since v1.51.
    "MEILI_EXPERIMENTAL_DUMPLESS_UPGRADE": "true",
    "MEILI_UPGRADE_DB": "true",
}
"""In production mode Meilisearch refuses to start without a master key."""


class _Own(TypedDict, total=False):
    clients: NotRequired[Sequence[Peer]]
    """Pods that may connect where there are NetworkPolicies. Defaults to none."""


class MeilisearchArgs(MeilisearchSettingsArgs, CommonArgs, _Own):
    """Args of `Meilisearch`: the settings of the same name, the common args, and its clients."""


class Meilisearch(Component):
    """One Meilisearch server with its volume, its master key and a Service.

    Example:
        ```python
        search = Meilisearch("meilisearch", {"namespace": "chat", "storage": {"size": "5Gi"}}, here)
        ```
    """

    url: pulumi.Output[str]
    """In-cluster URL, without a slash at the end."""
    master_key: pulumi.Output[str]
    """The master key; a secret. Empty with an existing Secret, which holds it."""
    connection: MeilisearchConnection
    """What LibreChat's arg `meilisearch` takes."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the master key."""

    def __init__(self, name: str, args: MeilisearchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Meilisearch", name, opts)
        source = f"the args of Meilisearch {name!r}"
        settings, context = resolve_args(MeilisearchSettings, args, MeilisearchArgs, (), source)
        workload = Workload(name=NAME, component="search", resource_name=name, parent=self, context=context)

        self.url = pulumi.Output.from_input(f"http://{NAME}:{PORT}")
        credentials = _credentials(settings, workload)
        self.master_key, self.secret_name = credentials.master_key, credentials.secret_name
        self.connection = _connection(settings, workload, self.url, self.master_key)
        network_policy(workload, ingress=from_pods(args.get("clients", ()), PORT))
        claim = workload.volume_claim(f"{NAME}-data", settings.storage)
        self.service = workload.service("http", PORT)
        self.service_name = name_of(self.service.metadata, NAME)
        self.stateful_set = workload.stateful_set(
            _pod(settings, workload, credentials, claim),
            service=self.service_name,
            timeout_seconds=settings.startup_timeout_seconds,
        )
        self.register_outputs(
            {
                "url": self.url,
                "master_key": self.master_key,
                "service_name": self.service_name,
                "secret_name": self.secret_name,
            }
        )

    @classmethod
    def from_settings(
        cls,
        name: str,
        settings: MeilisearchSettings,
        context: Context,
        *,
        clients: Sequence[Peer],
        opts: pulumi.ResourceOptions,
    ) -> Self:
        """Create the Meilisearch of a stack, whose settings are checked."""
        return cls(name, checked_args(MeilisearchArgs, settings, context, _Own(clients=clients)), opts)


@dataclass(frozen=True, kw_only=True)
class _Credentials:
    """Credentials of Meilisearch.

    Attributes:
        master_key: The master key, as a secret; empty with an existing Secret, which holds it.
        secret_name: Name of the Secret.
        annotations: Annotations of the pod, which is replaced when a generated key changes.
    """

    master_key: pulumi.Output[str]
    secret_name: pulumi.Output[str]
    annotations: Mapping[str, pulumi.Input[str]]


def _credentials(settings: MeilisearchSettings, workload: Workload) -> _Credentials:
    """Return the master key in an existing Secret, or generate it and create the Secret."""
    if settings.existing_secret:
        secret_name = pulumi.Output.from_input(settings.existing_secret)
        return _Credentials(master_key=pulumi.Output.from_input(""), secret_name=secret_name, annotations={})
    name = f"{workload.resource_name}-master-key"
    key = hexadecimal(name, MASTER_KEY_BYTES, parent=workload.parent, protected=workload.protected)
    secret_name = workload.secret({MASTER_KEY: key}, data=True)
    return _Credentials(master_key=key, secret_name=secret_name, annotations=rollout_annotation(key))


def _connection(
    settings: MeilisearchSettings, workload: Workload, url: pulumi.Output[str], master_key: pulumi.Output[str]
) -> MeilisearchConnection:
    """Return what LibreChat connects with: the URL, and the existing Secret or the master key."""
    server = workload.peer(PORT)
    if settings.existing_secret:
        return {"url": url, "server": server, "secret_name": settings.existing_secret}
    return {"url": url, "server": server, "master_key": master_key}


def _pod(settings: MeilisearchSettings, workload: Workload, credentials: _Credentials, claim: pulumi.Input[str]) -> Pod:
    """Return the template of the pod, and create its service account."""
    account = workload.service_account()
    spec = workload.pod_spec(settings.pods, user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    image = workload.image(MEILISEARCH, settings.image)
    spec["containers"] = [_container(settings, image, credentials.secret_name)]
    spec["volumes"] = [manifests.claim_volume("data", claim), *manifests.empty_dirs(["tmp"])]
    metadata = workload.template_metadata(settings.pods, credentials.annotations)
    return Pod(metadata=metadata, spec=with_extras(settings.pods, spec))


def _container(
    settings: MeilisearchSettings, image: pulumi.Output[str], secret_name: pulumi.Output[str]
) -> "ContainerArgsDict":
    return {
        **manifests.base_container("meilisearch", image, settings.resources),
        "ports": manifests.port("http", PORT),
        "env": [*manifests.environment(ENVIRONMENT), *manifests.secret_environment({MASTER_KEY: secret_name})],
        "volume_mounts": [manifests.mount("data", DATA), manifests.TMP_MOUNT],
        "startup_probe": manifests.http_probe("/health", "http", period=2, failures=150),
        "readiness_probe": manifests.http_probe("/health", "http", period=5, failures=3),
        "liveness_probe": manifests.http_probe("/health", "http", period=10, failures=6),
    }
