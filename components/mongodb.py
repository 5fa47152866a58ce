"""MongoDB, with authentication and a user of LibreChat's own."""

from typing import TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import Required

from components import kubernetes
from components.args import MongoDBSettingsArgs
from components.common import CommonArgs, timeouts
from components.credentials import password
from components.settings.resolve import resolve
from components.settings.stores import MongoDBSettings
from components.settings.types import parse_quantity
from components.workload import Workload, name_of

NAME = "librechat-mongodb"
"""Name of the Service and everything else that is an address."""

PORT = 27017
USER = 999
"""uid and gid of `mongodb` in the official image."""
DATABASE = "LibreChat"
ROOT_USER = "root"
APPLICATION_USER = "librechat"
GRACE_PERIOD_SECONDS = 60

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


class MongoDB(pulumi.ComponentResource):
    """One MongoDB server with its volume, its credentials and a Service."""

    uri: pulumi.Output[str]
    """URI of LibreChat's database with user and password; a secret."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the passwords."""

    def __init__(self, name: str, args: MongoDBArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ollama-librechat:index:MongoDB", name, {}, opts)
        settings = resolve(MongoDBSettings, args, (), f"the args of MongoDB {name!r}")
        workload = Workload(
            name=NAME, component="database", resource_name=name, parent=self, namespace=args["namespace"], args=args
        )

        root_password = password(f"{name}-root-password", parent=self, protected=workload.protected)
        application_password = password(f"{name}-password", parent=self, protected=workload.protected)
        self.secret = k8s.core.v1.Secret(
            f"{name}-secret",
            metadata=workload.metadata(),
            type="Opaque",
            string_data={
                "MONGO_INITDB_ROOT_USERNAME": ROOT_USER,
                "MONGO_INITDB_ROOT_PASSWORD": root_password,
                "MONGO_APP_DATABASE": DATABASE,
                "MONGO_APP_USERNAME": APPLICATION_USER,
                "MONGO_APP_PASSWORD": application_password,
            },
            opts=workload.data_options(),
        )
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
                "service_name": name_of(self.service.metadata, NAME),
                "selector": {"match_labels": workload.selector},
                "template": {
                    "metadata": workload.template_metadata(settings.pods),
                    "spec": {
                        **spec,
                        "containers": [
                            {
                                "name": "mongodb",
                                "image": image,
                                "args": [
                                    "--wiredTigerCacheSizeGB",
                                    cache_size_gb(settings.resources.limits.memory),
                                ],
                                "ports": kubernetes.port("mongodb", PORT),
                                "env_from": [{"secret_ref": {"name": name_of(self.secret.metadata, NAME)}}],
                                "resources": kubernetes.container_resources(settings.resources),
                                "security_context": kubernetes.security_context(),
                                "volume_mounts": [
                                    kubernetes.mount("data", "/data/db"),
                                    kubernetes.mount("configdb", "/data/configdb"),
                                    kubernetes.TMP_MOUNT,
                                    kubernetes.mount("init", "/docker-entrypoint-initdb.d", read_only=True),
                                ],
                                # TCP: the pod's own address is closed while the image sets up users, so a ping through
                                # localhost would call a half-made database ready. Killed then, it would stay half-made.
                                "startup_probe": kubernetes.tcp_probe("mongodb", period=5, failures=60),
                                "readiness_probe": kubernetes.tcp_probe("mongodb", period=10, failures=3),
                                "liveness_probe": kubernetes.tcp_probe("mongodb", period=20, failures=6),
                            }
                        ],
                        "volumes": [
                            kubernetes.claim_volume("data", claim),
                            {
                                "name": "init",
                                "config_map": {"name": name_of(script.metadata, f"{NAME}-init")},
                            },
                            *kubernetes.empty_dirs(["configdb", "tmp"]),
                        ],
                    },
                },
            },
            opts=workload.data_options(custom_timeouts=timeouts(settings.startup_timeout_seconds)),
        )
        self.uri = pulumi.Output.secret(
            pulumi.Output.concat(
                "mongodb://",
                APPLICATION_USER,
                ":",
                application_password,
                f"@{NAME}:{PORT}/{DATABASE}?authSource={DATABASE}",
            )
        )
        self.service_name = name_of(self.service.metadata, NAME)
        self.secret_name = name_of(self.secret.metadata, NAME)
        self.register_outputs({"uri": self.uri, "service_name": self.service_name, "secret_name": self.secret_name})
