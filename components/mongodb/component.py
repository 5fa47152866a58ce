"""MongoDB, with authentication and a user for LibreChat."""

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

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
from ..scripts import script
from ..workload.names import name_of
from ..workload.workload import Workload
from . import versions
from .backup import resources as backup
from .backup.pods import Database
from .connection import PORT, MongoDBConnection
from .pod import Parts, mongodb_pod
from .rules import RULES
from .settings import MongoDBSettings

NAME = "librechat-mongodb"
"""Name of the Service and of every other object whose name is an address."""

DATABASE = "LibreChat"
ROOT_USER = "root"
APPLICATION_USER = "librechat"

INIT_SCRIPT = "create-user.js"
"""Script that the image runs once, on an empty volume. LibreChat's user can read and write its own database only."""


class _Own(TypedDict, total=False):
    clients: NotRequired[Sequence[Peer]]
    """Pods that may connect where there are NetworkPolicies. Defaults to none."""


class MongoDBArgs(MongoDBSettingsArgs, CommonArgs, _Own):
    """Args of `MongoDB`: the settings of the same name, the common args, and its clients."""


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

        self.uri, self.secret_name = _credentials(settings, workload)
        self.connection = _connection(settings, workload, self.uri)
        _policy(settings, workload, args.get("clients", ()))
        parts = Parts(
            image=workload.image(versions.MONGODB, settings.image),
            secret_name=self.secret_name,
            init_config_map=_init_script(workload),
            claim=workload.volume_claim(f"{NAME}-data", settings.storage),
        )
        self.service = workload.service("mongodb", PORT)
        self.service_name = name_of(self.service.metadata, NAME)
        self.stateful_set = workload.stateful_set(
            mongodb_pod(settings, workload, parts),
            service=self.service_name,
            timeout_seconds=settings.startup_timeout_seconds,
        )
        self.backup_secret_name = _backups(settings, workload, parts, self.stateful_set)
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


class _Credentials(NamedTuple):
    """Credentials of MongoDB.

    Attributes:
        uri: LibreChat's URI, as a secret; empty with an existing Secret, which holds it.
        secret_name: Name of the Secret.
    """

    uri: pulumi.Output[str]
    secret_name: pulumi.Output[str]


def _credentials(settings: MongoDBSettings, workload: Workload) -> _Credentials:
    """Return the credentials in an existing Secret, or generate the passwords and create the Secret."""
    if settings.existing_secret:
        return _Credentials(pulumi.Output.from_input(""), pulumi.Output.from_input(settings.existing_secret))
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
    return _Credentials(pulumi.Output.secret(uri), secret_name)


def _connection(settings: MongoDBSettings, workload: Workload, uri: pulumi.Output[str]) -> MongoDBConnection:
    """Return what LibreChat connects with: the existing Secret, or the URI."""
    server = workload.peer(PORT)
    if settings.existing_secret:
        return {"server": server, "secret_name": settings.existing_secret}
    return {"server": server, "uri": uri}


def _policy(settings: MongoDBSettings, workload: Workload, clients: Sequence[Peer]) -> None:
    """Create the NetworkPolicy: clients and backups can connect, and MongoDB itself connects to nothing."""
    backups = [backup.PODS] if settings.backup.enabled else []
    network_policy(workload, ingress=from_pods([*clients, *backups], PORT))


def _init_script(workload: Workload) -> pulumi.Output[str]:
    """Create the ConfigMap with the script that creates LibreChat's user, and return its name."""
    config_map = k8s.core.v1.ConfigMap(
        f"{workload.resource_name}-init",
        metadata=workload.metadata(f"{NAME}-init"),
        data={INIT_SCRIPT: script(__package__, INIT_SCRIPT)},
        opts=workload.options(),
    )
    return name_of(config_map.metadata, f"{NAME}-init")


def _backups(
    settings: MongoDBSettings, workload: Workload, parts: Parts, stateful_set: pulumi.Resource
) -> pulumi.Output[str]:
    """Create the backups, and return the name of their Secret; empty without backups."""
    if not settings.backup.enabled:
        return pulumi.Output.from_input("")
    database = Database(
        address=f"{NAME}:{PORT}",
        image=parts.image,
        secret_name=parts.secret_name,
        server=workload.peer(PORT),
        stateful_set=stateful_set,
    )
    return backup.create_backups(settings.backup, workload, database)
