"""Meilisearch, LibreChat's full-text search."""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Required

from ..args import MeilisearchSettingsArgs
from ..component import Component
from ..context import CommonArgs, timeouts
from ..credentials import MASTER_KEY_BYTES, hexadecimal
from ..network.policy import Peer, ServerPeer, from_pods, network_policy, settings_of
from ..settings.resolve import resolve
from ..workload import manifests
from ..workload.workload import POD_MANAGEMENT_POLICY, Workload, extended, name_of
from .settings import MeilisearchSettings

NAME = "librechat-meilisearch"
"""Name of the Service and everything else that is an address."""

PORT = 7700
USER = 1000
GRACE_PERIOD_SECONDS = 60
DATA = "/meili_data"
MASTER_KEY = "MEILI_MASTER_KEY"
"""Key of the Secret, and the environment variable of the server and of LibreChat."""

ENVIRONMENT = {
    "MEILI_ENV": "production",
    "MEILI_NO_ANALYTICS": "true",
    "MEILI_HTTP_ADDR": f"0.0.0.0:{PORT}",
    "MEILI_DB_PATH": f"{DATA}/data.ms",
    "MEILI_DUMP_DIR": f"{DATA}/dumps",
    "MEILI_SNAPSHOT_DIR": f"{DATA}/snapshots",
    # A new version opens the old index instead of refusing to start. The second name is the one since v1.51.
    "MEILI_EXPERIMENTAL_DUMPLESS_UPGRADE": "true",
    "MEILI_UPGRADE_DB": "true",
}
"""Production mode: without a master key it does not start, and nothing is open."""


class _Own(TypedDict):
    namespace: Required[pulumi.Input[str]]
    """Namespace that is there already."""

    clients: NotRequired[Sequence[Peer]]
    """Pods that may connect where there are NetworkPolicies. Defaults to none."""


class MeilisearchArgs(MeilisearchSettingsArgs, CommonArgs, _Own):
    """Args of `Meilisearch`: the settings of the same name, the common args, and the namespace."""


class Meilisearch(Component):
    """One Meilisearch server with its volume, its master key and a Service."""

    url: pulumi.Output[str]
    """In-cluster URL, without a slash at the end."""
    master_key: pulumi.Output[str]
    """The master key; a secret. Empty with an existing Secret, which holds it."""
    connection: dict[str, Any]
    """LibreChat's args that connect it."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the master key."""

    def __init__(self, name: str, args: MeilisearchArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Meilisearch", name, opts)
        settings = resolve(MeilisearchSettings, args, MeilisearchArgs, (), f"the args of Meilisearch {name!r}")
        workload = Workload(
            name=NAME, component="search", resource_name=name, parent=self, namespace=args["namespace"], args=args
        )

        self.url = pulumi.Output.from_input(f"http://{NAME}:{PORT}")
        pods: ServerPeer = {"namespace": args["namespace"], "pod_labels": workload.selector, "port": PORT}
        self.connection = {"meilisearch_url": self.url, "meilisearch": pods}
        checksums: dict[str, pulumi.Input[str]] = {}
        if settings.existing_secret:
            self.master_key = pulumi.Output.from_input("")
            self.secret_name = pulumi.Output.from_input(settings.existing_secret)
            self.connection["meilisearch_master_key_secret"] = settings.existing_secret
        else:
            self.master_key, self.secret_name = _generate(name, workload)
            self.connection["meilisearch_master_key"] = self.master_key
            checksums["checksum/secret"] = pulumi.Output.unsecret(self.master_key.apply(manifests.checksum))
        network_policy(workload, settings_of(args), ingress=from_pods(args.get("clients", ()), PORT))
        account = workload.service_account()
        claim = workload.volume_claim(f"{NAME}-data", settings.storage)
        self.service = workload.service("http", PORT)
        image = workload.image("meilisearch", settings.image)
        spec = workload.pod_spec(
            settings.pods,
            user=USER,
            service_account=account,
            grace_period=GRACE_PERIOD_SECONDS,
        )
        self.stateful_set = k8s.apps.v1.StatefulSet(
            f"{name}-stateful-set",
            metadata=workload.metadata(),
            spec={
                "replicas": 1,
                "pod_management_policy": POD_MANAGEMENT_POLICY,
                "service_name": name_of(self.service.metadata, NAME),
                "selector": {"match_labels": workload.selector},
                "template": {
                    "metadata": workload.template_metadata(settings.pods, checksums),
                    "spec": extended(
                        settings.pods,
                        {
                            **spec,
                            "containers": [
                                {
                                    "name": "meilisearch",
                                    "image": image,
                                    "ports": manifests.port("http", PORT),
                                    "env": [
                                        *manifests.environment(ENVIRONMENT),
                                        *manifests.secret_environment({MASTER_KEY: self.secret_name}),
                                    ],
                                    "resources": manifests.container_resources(settings.resources),
                                    "security_context": manifests.security_context(),
                                    "volume_mounts": [
                                        manifests.mount("data", DATA),
                                        manifests.TMP_MOUNT,
                                    ],
                                    "startup_probe": manifests.http_probe("/health", "http", period=2, failures=150),
                                    "readiness_probe": manifests.http_probe("/health", "http", period=5, failures=3),
                                    "liveness_probe": manifests.http_probe("/health", "http", period=10, failures=6),
                                }
                            ],
                            "volumes": [
                                manifests.claim_volume("data", claim),
                                *manifests.empty_dirs(["tmp"]),
                            ],
                        },
                    ),
                },
            },
            opts=workload.data_options(deleted_with=None, custom_timeouts=timeouts(settings.startup_timeout_seconds)),
        )
        self.service_name = name_of(self.service.metadata, NAME)
        self.register_outputs(
            {
                "url": self.url,
                "master_key": self.master_key,
                "service_name": self.service_name,
                "secret_name": self.secret_name,
            }
        )


def _generate(name: str, workload: Workload) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Generate the master key and its Secret; give the key, as a secret, and the name of the Secret."""
    key = hexadecimal(f"{name}-master-key", MASTER_KEY_BYTES, parent=workload.parent, protected=workload.protected)
    secret = k8s.core.v1.Secret(
        f"{name}-secret",
        metadata=workload.metadata(),
        type="Opaque",
        string_data={MASTER_KEY: key},
        opts=workload.data_options(),
    )
    return key, name_of(secret.metadata, NAME)
