"""MongoDB, with authentication and a user of LibreChat's own."""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Required

from ..args import MongoDBSettingsArgs
from ..component import Component
from ..context import CommonArgs, timeouts
from ..credentials import password
from ..network.policy import Peer, ServerPeer, from_pods, network_policy, settings_of
from ..settings.resolve import resolve
from ..settings.types import parse_quantity
from ..stack import rules as checks
from ..workload import manifests
from ..workload.workload import POD_MANAGEMENT_POLICY, Workload, extended, name_of
from .backup import resources as mongodb_backup
from .settings import MongoDBSettings

NAME = "librechat-mongodb"
"""Name of the Service and everything else that is an address."""

PORT = 27017
USER = 999
"""uid and gid of `mongodb` in the official image."""
DATABASE = "LibreChat"
ROOT_USER = "root"
APPLICATION_USER = "librechat"
GRACE_PERIOD_SECONDS = 60

KEYS = (
    "MONGO_INITDB_ROOT_USERNAME",
    "MONGO_INITDB_ROOT_PASSWORD",
    "MONGO_APP_DATABASE",
    "MONGO_APP_USERNAME",
    "MONGO_APP_PASSWORD",
)
"""What the pod takes from its Secret, all of it needed: without a user for root, MongoDB starts open."""

INIT_SCRIPT = """\
// Runs once, on an empty data directory. The password comes from the environment, so it is in no file.
db.getSiblingDB(process.env.MONGO_APP_DATABASE).createUser({
  user: process.env.MONGO_APP_USERNAME,
  pwd: process.env.MONGO_APP_PASSWORD,
  roles: [{ role: "readWrite", db: process.env.MONGO_APP_DATABASE }],
});
"""
"""Creates LibreChat's user: it reads and writes its own database and nothing else."""


class _Own(TypedDict):
    namespace: Required[pulumi.Input[str]]
    """Namespace that is there already."""

    clients: NotRequired[Sequence[Peer]]
    """Pods that may connect where there are NetworkPolicies. Defaults to none."""


class MongoDBArgs(MongoDBSettingsArgs, CommonArgs, _Own):
    """Args of `MongoDB`: the settings of the same name, the common args, and the namespace."""


def cache_size_gb(memory_limit: object) -> str:
    """Give WiredTiger's cache in GB: half of the memory limit beyond 512 MiB, at least 0.25.

    mongod takes half of what exceeds 1 GiB; under a small limit that leaves too little for its connections.
    memory_limit: a Kubernetes quantity; anything else (none, an output) gives the least.
    """
    if not isinstance(memory_limit, str) or not memory_limit:
        return "0.25"
    gibibytes = float(parse_quantity(memory_limit)) / 2**30
    return f"{max(0.25, (gibibytes - 0.5) / 2):.2f}"


class MongoDB(Component):
    """One MongoDB server with its volume, its credentials and a Service."""

    uri: pulumi.Output[str]
    """URI of LibreChat's database with user and password; a secret. Empty with an existing Secret, which holds it."""
    connection: dict[str, Any]
    """LibreChat's args that connect it."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the passwords."""
    backup_secret_name: pulumi.Output[str]
    """Name of the Secret with the password of the backups; empty without backups."""

    def __init__(self, name: str, args: MongoDBArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("MongoDB", name, opts)
        settings = resolve(MongoDBSettings, args, MongoDBArgs, checks.MONGODB, f"the args of MongoDB {name!r}")
        workload = Workload(
            name=NAME, component="database", resource_name=name, parent=self, namespace=args["namespace"], args=args
        )

        if settings.existing_secret:
            self.uri = pulumi.Output.from_input("")
            self.secret_name = pulumi.Output.from_input(settings.existing_secret)
            self.connection = {"mongo_uri_secret": settings.existing_secret}
        else:
            self.uri, self.secret_name = _generate(name, workload)
            self.connection = {"mongo_uri": self.uri}
        pods: ServerPeer = {"namespace": args["namespace"], "pod_labels": workload.selector, "port": PORT}
        self.connection["mongodb"] = pods
        backups = [mongodb_backup.PODS] if settings.backup.enabled else []
        network_policy(workload, settings_of(args), ingress=from_pods([*args.get("clients", ()), *backups], PORT))
        script = k8s.core.v1.ConfigMap(
            f"{name}-init",
            metadata=workload.metadata(f"{NAME}-init"),
            data={"create-user.js": INIT_SCRIPT},
            opts=workload.options(),
        )
        account = workload.service_account()
        claim = workload.volume_claim(f"{NAME}-data", settings.storage)
        self.service = workload.service("mongodb", PORT)
        image = workload.image("mongodb", settings.image)
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
                    "metadata": workload.template_metadata(settings.pods),
                    "spec": extended(
                        settings.pods,
                        {
                            **spec,
                            "containers": [
                                {
                                    "name": "mongodb",
                                    "image": image,
                                    "args": [
                                        "--wiredTigerCacheSizeGB",
                                        cache_size_gb(settings.resources.limits.memory),
                                    ],
                                    "ports": manifests.port("mongodb", PORT),
                                    "env": manifests.secret_environment(dict.fromkeys(KEYS, self.secret_name)),
                                    "resources": manifests.container_resources(settings.resources),
                                    "security_context": manifests.security_context(),
                                    "volume_mounts": [
                                        manifests.mount("data", "/data/db"),
                                        manifests.mount("configdb", "/data/configdb"),
                                        manifests.TMP_MOUNT,
                                        manifests.mount("init", "/docker-entrypoint-initdb.d", read_only=True),
                                    ],
                                    # TCP: the pod's own address is closed while the image sets up users, so a ping
                                    # through localhost would call a half-made database ready. Killed then, it would
                                    # stay half-made.
                                    "startup_probe": manifests.tcp_probe("mongodb", period=5, failures=60),
                                    "readiness_probe": manifests.tcp_probe("mongodb", period=10, failures=3),
                                    "liveness_probe": manifests.tcp_probe("mongodb", period=20, failures=6),
                                }
                            ],
                            "volumes": [
                                manifests.claim_volume("data", claim),
                                {
                                    "name": "init",
                                    "config_map": {"name": name_of(script.metadata, f"{NAME}-init")},
                                },
                                *manifests.empty_dirs(["configdb", "tmp"]),
                            ],
                        },
                    ),
                },
            },
            opts=workload.data_options(deleted_with=None, custom_timeouts=timeouts(settings.startup_timeout_seconds)),
        )
        self.service_name = name_of(self.service.metadata, NAME)
        self.backup_secret_name = pulumi.Output.from_input("")
        if settings.backup.enabled:
            self.backup_secret_name = mongodb_backup.create_backups(
                settings.backup,
                parent=self,
                resource_name=name,
                namespace=args["namespace"],
                args=args,
                image=image,
                secret_name=self.secret_name,
                server=pods,
                server_name=NAME,
                stateful_set=self.stateful_set,
            )
        self.register_outputs({"uri": self.uri, "service_name": self.service_name, "secret_name": self.secret_name})


def _generate(name: str, workload: Workload) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Generate the passwords and their Secret; give LibreChat's URI, as a secret, and the name of the Secret."""
    root_password = password(f"{name}-root-password", parent=workload.parent, protected=workload.protected)
    application_password = password(f"{name}-password", parent=workload.parent, protected=workload.protected)
    values: dict[str, pulumi.Input[str]] = {
        "MONGO_INITDB_ROOT_USERNAME": ROOT_USER,
        "MONGO_INITDB_ROOT_PASSWORD": root_password,
        "MONGO_APP_DATABASE": DATABASE,
        "MONGO_APP_USERNAME": APPLICATION_USER,
        "MONGO_APP_PASSWORD": application_password,
    }
    secret = k8s.core.v1.Secret(
        f"{name}-secret",
        metadata=workload.metadata(),
        type="Opaque",
        string_data=values,
        opts=workload.data_options(),
    )
    uri = pulumi.Output.concat(
        "mongodb://",
        APPLICATION_USER,
        ":",
        application_password,
        f"@{NAME}:{PORT}/{DATABASE}?authSource={DATABASE}",
    )
    return pulumi.Output.secret(uri), name_of(secret.metadata, NAME)
