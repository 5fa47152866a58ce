"""MongoDB, with authentication and a user of LibreChat's own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Self

from ..args import MongoDBSettingsArgs
from ..component import Component
from ..context import CommonArgs, Context, checked_args, resolve_args
from ..credentials import password
from ..network.ingress_rules import from_pods
from ..network.peers import Peer
from ..network.policy import network_policy
from ..settings.quantities import parse_quantity
from ..workload import manifests
from ..workload.names import name_of
from ..workload.pod import Pod, with_extras
from ..workload.workload import Workload
from . import versions
from .backup import resources as backup
from .connection import PORT, MongoDBConnection
from .rules import RULES
from .settings import MongoDBSettings

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

NAME = "librechat-mongodb"
"""Name of the Service and everything else that is an address."""

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


class _Own(TypedDict, total=False):
    clients: NotRequired[Sequence[Peer]]
    """Pods that may connect where there are NetworkPolicies. Defaults to none."""


class MongoDBArgs(MongoDBSettingsArgs, CommonArgs, _Own):
    """Args of `MongoDB`: the settings of the same name, the common args, and its clients."""


def cache_size_gb(memory_limit: object) -> str:
    """Return WiredTiger's cache in GB: half of the memory limit beyond 512 MiB, at least 0.25.

    mongod takes half of what exceeds 1 GiB; under a small limit that leaves too little for its connections.

    Args:
        memory_limit: A Kubernetes quantity; anything else (none, an output) gives the least.
    """
    if not isinstance(memory_limit, str) or not memory_limit:
        return "0.25"
    gibibytes = float(parse_quantity(memory_limit)) / 2**30
    return f"{max(0.25, (gibibytes - 0.5) / 2):.2f}"


class MongoDB(Component):
    """One MongoDB server with its volume, its credentials and a Service.

    Example:
        ```python
        database = MongoDB("mongodb", {"namespace": "chat", "storage": {"size": "20Gi"}}, here)
        ```
    """

    uri: pulumi.Output[str]
    """URI of LibreChat's database with user and password; a secret. Empty with an existing Secret, which holds it."""
    connection: MongoDBConnection
    """What LibreChat's arg `mongodb` takes."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the passwords."""
    backup_secret_name: pulumi.Output[str]
    """Name of the Secret with the password of the backups; empty without backups."""

    def __init__(self, name: str, args: MongoDBArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("MongoDB", name, opts)
        settings, context = resolve_args(MongoDBSettings, args, MongoDBArgs, RULES, f"the args of MongoDB {name!r}")
        workload = Workload(name=NAME, component="database", resource_name=name, parent=self, context=context)
        server = workload.peer(PORT)

        self.uri, self.secret_name = _credentials(settings, workload)
        self.connection = {"server": server}
        if settings.existing_secret:
            self.connection["secret_name"] = settings.existing_secret
        else:
            self.connection["uri"] = self.uri
        backups = [backup.PODS] if settings.backup.enabled else []
        network_policy(workload, ingress=from_pods([*args.get("clients", ()), *backups], PORT))
        script = _init_script(workload)
        claim = workload.volume_claim(f"{NAME}-data", settings.storage)
        self.service = workload.service("mongodb", PORT)
        self.service_name = name_of(self.service.metadata, NAME)
        image = workload.image(versions.MONGODB, settings.image)
        self.stateful_set = workload.stateful_set(
            _pod(settings, workload, _container(settings, image, self.secret_name), script, claim),
            service=self.service_name,
            timeout_seconds=settings.startup_timeout_seconds,
        )
        self.backup_secret_name = pulumi.Output.from_input("")
        if settings.backup.enabled:
            database = backup.Database(
                image=image, secret_name=self.secret_name, server=server, stateful_set=self.stateful_set
            )
            self.backup_secret_name = backup.create_backups(settings.backup, workload, database)
        self.register_outputs({"uri": self.uri, "service_name": self.service_name, "secret_name": self.secret_name})

    @classmethod
    def from_settings(
        cls,
        name: str,
        settings: MongoDBSettings,
        context: Context,
        *,
        clients: Sequence[Peer],
        opts: pulumi.ResourceOptions,
    ) -> Self:
        """Create the MongoDB of a stack, whose settings are checked."""
        return cls(name, checked_args(MongoDBArgs, settings, context, _Own(clients=clients)), opts)


def _credentials(settings: MongoDBSettings, workload: Workload) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Return LibreChat's URI, as a secret, and the name of the Secret: an existing one, or generated passwords."""
    if settings.existing_secret:
        return pulumi.Output.from_input(""), pulumi.Output.from_input(settings.existing_secret)
    name, parent, protected = workload.resource_name, workload.parent, workload.protected
    root_password = password(f"{name}-root-password", parent=parent, protected=protected)
    application_password = password(f"{name}-password", parent=parent, protected=protected)
    secret_name = workload.secret(
        {
            "MONGO_INITDB_ROOT_USERNAME": ROOT_USER,
            "MONGO_INITDB_ROOT_PASSWORD": root_password,
            "MONGO_APP_DATABASE": DATABASE,
            "MONGO_APP_USERNAME": APPLICATION_USER,
            "MONGO_APP_PASSWORD": application_password,
        },
        data=True,
    )
    address = f"@{NAME}:{PORT}/{DATABASE}?authSource={DATABASE}"
    uri = pulumi.Output.concat("mongodb://", APPLICATION_USER, ":", application_password, address)
    return pulumi.Output.secret(uri), secret_name


def _init_script(workload: Workload) -> pulumi.Output[str]:
    """Create the ConfigMap with the script that creates LibreChat's user, and return its name."""
    script = k8s.core.v1.ConfigMap(
        f"{workload.resource_name}-init",
        metadata=workload.metadata(f"{NAME}-init"),
        data={"create-user.js": INIT_SCRIPT},
        opts=workload.options(),
    )
    return name_of(script.metadata, f"{NAME}-init")


def _container(
    settings: MongoDBSettings, image: pulumi.Output[str], secret_name: pulumi.Output[str]
) -> "ContainerArgsDict":
    return {
        **manifests.base_container("mongodb", image, settings.resources),
        "args": ["--wiredTigerCacheSizeGB", cache_size_gb(settings.resources.limits.memory)],
        "ports": manifests.port("mongodb", PORT),
        "env": manifests.secret_environment(dict.fromkeys(KEYS, secret_name)),
        "volume_mounts": [
            manifests.mount("data", "/data/db"),
            manifests.mount("configdb", "/data/configdb"),
            manifests.TMP_MOUNT,
            manifests.mount("init", "/docker-entrypoint-initdb.d", read_only=True),
        ],
        # TCP: the pod's own address is closed while the image sets up users, so a ping through localhost would call a
        # half-made database ready. Killed then, it would stay half-made.
        "startup_probe": manifests.tcp_probe("mongodb", period=5, failures=60),
        "readiness_probe": manifests.tcp_probe("mongodb", period=10, failures=3),
        "liveness_probe": manifests.tcp_probe("mongodb", period=20, failures=6),
    }


def _pod(
    settings: MongoDBSettings,
    workload: Workload,
    container: "ContainerArgsDict",
    script: pulumi.Output[str],
    claim: pulumi.Output[str],
) -> Pod:
    account = workload.service_account()
    spec = workload.pod_spec(settings.pods, user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    spec["containers"] = [container]
    spec["volumes"] = [
        manifests.claim_volume("data", claim),
        {"name": "init", "config_map": {"name": script}},
        *manifests.empty_dirs(["configdb", "tmp"]),
    ]
    return Pod(metadata=workload.template_metadata(settings.pods), spec=with_extras(settings.pods, spec))
