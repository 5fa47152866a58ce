"""A proxy in front of Ollama that checks a token: nginx without root. Ollama itself has no authentication."""

import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..component import timeouts
from ..credentials import hexadecimal, rollout_annotation
from ..exposure.controllers.controller import STREAM_TIMEOUT_SECONDS
from ..network.egress_rules import to_server
from ..network.ingress_rules import from_outside
from ..network.peers import ServerPeer
from ..network.policy import network_policy
from ..scripts import script
from ..workload import manifests
from ..workload.names import name_of
from ..workload.pod import Pod
from ..workload.settings import Pods
from ..workload.workload import Workload
from .connection import PORT as OLLAMA_PORT
from .settings import OllamaExposure, Token
from .versions import NGINX

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict

COMPONENT = "authentication-proxy"
"""The label `app.kubernetes.io/component` of the proxy's pods."""

PORT = 8080
USER = 101
"""uid and gid of `nginx` in the image."""
TOKEN = "token"  # noqa: S105 - the key in the Secret
TOKEN_BYTES = 32
CONFIG_DIRECTORY = "/etc/ollama-token"
CONFIG_FILE = "nginx.conf"
START_FILE = "start.sh"
TOKEN_DIRECTORY = "/run/ollama-token"  # noqa: S105 - where the Secret is mounted
GRACE_PERIOD_SECONDS = 90
PRE_STOP_SECONDS = 5
STARTUP_TIMEOUT_SECONDS = 300


class _Template(string.Template):
    """A template with values like `@port`, because `$` begins a variable of nginx."""

    delimiter = "@"


def configuration(base_url: str) -> str:
    """Return nginx's configuration for an Ollama server.

    Args:
        base_url: URL of the server, without a slash at the end.
    """
    values = {"port": PORT, "stream_timeout": f"{STREAM_TIMEOUT_SECONDS}s", "ollama_url": base_url}
    return _Template(script(__package__, CONFIG_FILE)).substitute(values)


@dataclass(frozen=True, kw_only=True)
class TokenProxy:
    """The proxy in front of Ollama.

    Attributes:
        service: Name of its Service.
        pods: Its pods.
        secret_name: Name of the Secret with the token.
    """

    service: pulumi.Output[str]
    pods: ServerPeer
    secret_name: pulumi.Output[str]


def token_proxy_pods(ollama: Workload) -> ServerPeer:
    """Return the pods of the proxy, for the NetworkPolicy of the Ollama behind it."""
    return ollama.part("auth", COMPONENT).peer(PORT)


def create_token_proxy(exposure: OllamaExposure, ollama: Workload, base_url: pulumi.Output[str]) -> TokenProxy:
    """Create the proxy: Secret, ConfigMap, Deployment, Service, NetworkPolicy.

    Args:
        exposure: How Ollama is reached from outside.
        ollama: The server behind the proxy.
        base_url: Its URL.
    """
    workload = ollama.part("auth", COMPONENT)
    secret_name, annotations = _token(exposure.token, workload)
    config_map, content = _configuration(workload, base_url)
    annotations["checksum/config"] = content.apply(
        lambda text: manifests.checksum(text, script(__package__, START_FILE))
    )
    image = workload.image(NGINX, exposure.token.image)
    _deployment(
        workload,
        Pod(
            metadata=workload.template_metadata(Pods(), annotations),
            spec=_pod_spec(workload, _container(exposure.token, image), config_map, secret_name),
        ),
    )
    controller = workload.context.network_policies.ingress_controller
    network_policy(
        workload,
        ingress=from_outside(exposure, controller, PORT),
        egress=[to_server(ollama.peer(OLLAMA_PORT))],
    )
    return TokenProxy(
        service=name_of(workload.service("http", PORT).metadata, workload.name),
        pods=workload.peer(PORT),
        secret_name=secret_name,
    )


def _token(token: Token, workload: Workload) -> tuple[pulumi.Output[str], dict[str, pulumi.Input[str]]]:
    """Return the name of the Secret, an existing or a generated one, and the annotation that follows its content."""
    if token.existing_secret:
        return pulumi.Output.from_input(token.existing_secret), {}
    generated = hexadecimal(f"{workload.resource_name}-token", TOKEN_BYTES, parent=workload.parent, protected=False)
    return workload.secret({TOKEN: generated}, data=False), rollout_annotation(generated)


def _configuration(workload: Workload, base_url: pulumi.Output[str]) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Create the ConfigMap, and return its name and nginx's configuration in it."""
    content = base_url.apply(configuration)
    config_map = k8s.core.v1.ConfigMap(
        f"{workload.resource_name}-config",
        metadata=workload.metadata(),
        data={CONFIG_FILE: content, START_FILE: script(__package__, START_FILE)},
        opts=workload.options(),
    )
    return name_of(config_map.metadata, workload.name), content


def _pod_spec(
    workload: Workload,
    container: "ContainerArgsDict",
    config_map: pulumi.Input[str],
    secret_name: pulumi.Input[str],
) -> "PodSpecArgsDict":
    """Return the specification of the pod, and create its service account."""
    account = workload.service_account()
    spec = workload.pod_spec(Pods(), user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    spec["containers"] = [container]
    spec["volumes"] = [
        {"name": "config", "config_map": {"name": config_map}},
        {"name": "token", "secret": {"secret_name": secret_name}},
        # In memory, because the token is written there.
        {"name": "tmp", "empty_dir": {"medium": "Memory", "size_limit": "64Mi"}},
    ]
    return spec


def _deployment(workload: Workload, pod: Pod) -> "k8s.apps.v1.Deployment":
    return k8s.apps.v1.Deployment(
        f"{workload.resource_name}-deployment",
        metadata=workload.metadata(),
        spec={
            "replicas": 1,
            "progress_deadline_seconds": STARTUP_TIMEOUT_SECONDS,
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}},
            "selector": {"match_labels": workload.selector},
            "template": pod.template(),
        },
        opts=workload.options(deleted_with=None, custom_timeouts=timeouts(STARTUP_TIMEOUT_SECONDS)),
    )


def _container(token: Token, image: pulumi.Output[str]) -> "ContainerArgsDict":
    return {
        **manifests.base_container("nginx", image, token.resources),
        "command": ["/bin/sh", "-eu", f"{CONFIG_DIRECTORY}/{START_FILE}"],
        "ports": manifests.port("http", PORT),
        "volume_mounts": [
            manifests.mount("config", CONFIG_DIRECTORY, read_only=True),
            manifests.mount("token", TOKEN_DIRECTORY, read_only=True),
            manifests.TMP_MOUNT,
        ],
        "startup_probe": manifests.http_probe("/healthz", "http", period=2, failures=30),
        "readiness_probe": manifests.http_probe("/healthz", "http", period=5, failures=3),
        "liveness_probe": manifests.http_probe("/healthz", "http", period=10, failures=6),
        # The image sets SIGQUIT as its stop signal, at which nginx finishes its streams.
        "lifecycle": {"pre_stop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
    }
