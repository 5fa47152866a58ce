"""Valkey, the Redis that several pods of LibreChat share: caches, rate limits, sessions, answers in progress."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Self

from ..args import ValkeySettingsArgs
from ..component import Component, timeouts
from ..context import CommonArgs, Context, checked_args, resolve_args
from ..credentials import password, rollout_annotation
from ..network.ingress_rules import from_pods
from ..network.peers import Peer
from ..network.policy import network_policy
from ..scripts import script
from ..settings.quantities import parse_quantity
from ..workload import manifests
from ..workload.names import name_of
from ..workload.pod import Pod, with_extras
from ..workload.workload import Workload
from .connection import RedisConnection
from .settings import ValkeySettings
from .versions import VALKEY

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

NAME = "librechat-valkey"
"""Name of the Service and of every other object whose name is an address."""

PORT = 6379
USER = 999
"""uid of `valkey` in the official image."""
GRACE_PERIOD_SECONDS = 30
PASSWORD = "VALKEY_PASSWORD"  # noqa: S105 - the name of a variable
"""Key of the Secret, and the environment variable of the server."""


class _Own(TypedDict, total=False):
    clients: NotRequired[Sequence[Peer]]
    """Pods that may connect where there are NetworkPolicies. Defaults to none."""


class ValkeyArgs(ValkeySettingsArgs, CommonArgs, _Own):
    """Args of `Valkey`: the settings of the same name, the common args, and its clients."""


def max_memory(memory_limit: object) -> str:
    """Return the memory for values in bytes: three quarters of the limit, the rest is for connections; 0 for no limit.

    Args:
        memory_limit: A Kubernetes quantity; anything else (none, an output) gives 0.
    """
    if not isinstance(memory_limit, str) or not memory_limit:
        return "0"
    return str(int(parse_quantity(memory_limit) * 3 // 4))


class Valkey(Component):
    """One Valkey server with its password and a Service, and without a volume: what it holds may be lost.

    Example:
        ```python
        cache = Valkey("valkey", {"namespace": "chat"}, here)
        ```
    """

    uri: pulumi.Output[str]
    """URI with the password; a secret. Empty with an existing Secret, which holds it."""
    connection: RedisConnection
    """What LibreChat's arg `valkey` takes."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the password."""

    def __init__(self, name: str, args: ValkeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Valkey", name, opts)
        settings, context = resolve_args(ValkeySettings, args, ValkeyArgs, (), f"the args of Valkey {name!r}")
        workload = Workload(name=NAME, component="cache", resource_name=name, parent=self, context=context)

        credentials = _credentials(settings, workload)
        self.uri, self.secret_name = credentials.uri, credentials.secret_name
        self.connection = _connection(settings, workload, self.uri)
        network_policy(workload, ingress=from_pods(args.get("clients", ()), PORT))
        self.service = workload.service("redis", PORT)
        self.service_name = name_of(self.service.metadata, NAME)
        self.deployment = _deployment(settings, workload, _pod(settings, workload, credentials))
        self.register_outputs({"uri": self.uri, "service_name": self.service_name, "secret_name": self.secret_name})

    @classmethod
    def from_settings(
        cls,
        name: str,
        settings: ValkeySettings,
        context: Context,
        *,
        clients: Sequence[Peer],
        opts: pulumi.ResourceOptions,
    ) -> Self:
        """Create the Valkey of a stack, whose settings are checked."""
        return cls(name, checked_args(ValkeyArgs, settings, context, _Own(clients=clients)), opts)


@dataclass(frozen=True, kw_only=True)
class _Credentials:
    """Credentials of Valkey.

    Attributes:
        uri: URI with the password, as a secret; empty with an existing Secret, which holds it.
        secret_name: Name of the Secret.
        annotations: Annotations of the pod, which is replaced when a generated password changes.
    """

    uri: pulumi.Output[str]
    secret_name: pulumi.Output[str]
    annotations: Mapping[str, pulumi.Input[str]]


def _credentials(settings: ValkeySettings, workload: Workload) -> _Credentials:
    """Return the password in an existing Secret, or generate it and create the Secret."""
    if settings.existing_secret:
        secret_name = pulumi.Output.from_input(settings.existing_secret)
        return _Credentials(uri=pulumi.Output.from_input(""), secret_name=secret_name, annotations={})
    generated = password(f"{workload.resource_name}-password", parent=workload.parent, protected=False)
    secret_name = workload.secret({PASSWORD: generated}, data=False)
    uri = pulumi.Output.secret(pulumi.Output.concat("redis://:", generated, f"@{NAME}:{PORT}"))
    return _Credentials(uri=uri, secret_name=secret_name, annotations=rollout_annotation(uri))


def _connection(settings: ValkeySettings, workload: Workload, uri: pulumi.Output[str]) -> RedisConnection:
    """Return what LibreChat connects with: the existing Secret, or the URI."""
    server = workload.peer(PORT)
    if settings.existing_secret:
        return {"server": server, "secret_name": settings.existing_secret}
    return {"server": server, "uri": uri}


def _pod(settings: ValkeySettings, workload: Workload, credentials: _Credentials) -> Pod:
    """Return the template of the pod, and create its service account."""
    account = workload.service_account()
    spec = workload.pod_spec(settings.pods, user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    spec["containers"] = [_container(settings, workload.image(VALKEY, settings.image), credentials.secret_name)]
    spec["volumes"] = manifests.empty_dirs(["tmp"])
    metadata = workload.template_metadata(settings.pods, credentials.annotations)
    return Pod(metadata=metadata, spec=with_extras(settings.pods, spec))


def _deployment(settings: ValkeySettings, workload: Workload, pod: Pod) -> "k8s.apps.v1.Deployment":
    return k8s.apps.v1.Deployment(
        f"{workload.resource_name}-deployment",
        metadata=workload.metadata(annotations=manifests.WAIT_FOR_NEW_POD),
        spec={
            "replicas": 1,
            # Two pods behind one Service would each have half of the sessions.
            "strategy": {"type": "Recreate"},
            "selector": {"match_labels": workload.selector},
            "template": pod.template(),
        },
        opts=workload.options(deleted_with=None, custom_timeouts=timeouts(settings.startup_timeout_seconds)),
    )


def _container(
    settings: ValkeySettings, image: pulumi.Output[str], secret_name: pulumi.Output[str]
) -> "ContainerArgsDict":
    memory = {"MAX_MEMORY": max_memory(settings.resources.limits.memory)}
    return {
        **manifests.base_container("valkey", image, settings.resources),
        "command": ["sh", "-c", script(__package__, "start.sh")],
        "ports": manifests.port("redis", PORT),
        "env": [*manifests.environment(memory), *manifests.secret_environment({PASSWORD: secret_name})],
        "volume_mounts": [manifests.TMP_MOUNT],
        # TCP: a ping would need the password in an argument.
        "startup_probe": manifests.tcp_probe("redis", period=2, failures=60),
        "readiness_probe": manifests.tcp_probe("redis", period=5, failures=3),
        "liveness_probe": manifests.tcp_probe("redis", period=10, failures=6),
    }
