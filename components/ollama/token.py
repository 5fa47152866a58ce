"""A proxy in front of Ollama that checks a token: nginx without root, because Ollama checks nothing itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s

from ..component import timeouts
from ..credentials import hexadecimal
from ..exposure.controllers.controller import STREAM_TIMEOUT_SECONDS
from ..network.egress_rules import to_server
from ..network.ingress_rules import from_outside
from ..network.peers import ServerPeer
from ..network.policy import network_policy
from ..workload import manifests
from ..workload.names import name_of
from ..workload.settings import Pods
from ..workload.workload import Workload
from .connection import PORT as OLLAMA_PORT
from .settings import OllamaExposure, Token
from .versions import NGINX

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

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

START = f"""\
token=$(cat {TOKEN_DIRECTORY}/{TOKEN})
# What is written into a configuration has to be nothing but a token, also one that somebody else made.
case "$token" in *[!A-Za-z0-9_-]*) token="" ;; esac
if [ "${{#token}}" -lt 16 ] || [ "${{#token}}" -gt 512 ]; then
    echo "the key {TOKEN} of the Secret is no token: 16 to 512 letters, digits, - and _ on one line" >&2
    exit 1
fi
# A regular expression, because nginx compares plain values of a map without regard to case.
printf 'map $http_authorization $authorized {{ default 0; "~^[Bb]earer %s$" 1; }}\\n' "$token" > /tmp/token.conf
exec nginx -c {CONFIG_DIRECTORY}/{CONFIG_FILE} -g 'daemon off;'
"""
"""What the container runs: the token goes from the Secret's file to a file of nginx, and never to an argument."""


def configuration(base_url: str) -> str:
    """Give the configuration of nginx in front of Ollama.

    base_url: URL of Ollama, without a slash at the end.
    """
    return f"""\
worker_processes 1;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;
events {{ worker_connections 1024; }}
http {{
  # The root filesystem is read-only.
  client_body_temp_path /tmp/client_body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  access_log off;
  server_tokens off;
  include /tmp/token.conf;
  server {{
    listen {PORT};
    # Uploads of models are the client's business; Ollama streams answers for minutes.
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_request_buffering off;
    proxy_read_timeout {STREAM_TIMEOUT_SECONDS}s;
    proxy_send_timeout {STREAM_TIMEOUT_SECONDS}s;
    location = /healthz {{
      return 204;
    }}
    location / {{
      if ($authorized = 0) {{
        add_header WWW-Authenticate Bearer always;
        return 401;
      }}
      proxy_set_header Connection "";
      # Ollama has no use for it, and what is not passed on is not logged.
      proxy_set_header Authorization "";
      proxy_pass {base_url};
    }}
  }}
}}
"""


@dataclass(frozen=True, kw_only=True)
class TokenProxy:
    """The proxy in front of Ollama.

    service: name of its Service.
    pods: its pods.
    secret_name: name of the Secret with the token.
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
    secret_name, checksums = _token(exposure.token, workload)
    config, content = _configuration(workload, base_url)
    checksums["checksum/config"] = content.apply(lambda text: manifests.checksum(text, START))
    account = workload.service_account()
    spec = workload.pod_spec(Pods(), user=USER, service_account=account, grace_period=GRACE_PERIOD_SECONDS)
    spec["containers"] = [_container(exposure.token, workload.image(NGINX, exposure.token.image))]
    spec["volumes"] = [
        {"name": "config", "config_map": {"name": config}},
        {"name": "token", "secret": {"secret_name": secret_name}},
        # In memory, because the token is in it.
        {"name": "tmp", "empty_dir": {"medium": "Memory", "size_limit": "64Mi"}},
    ]
    k8s.apps.v1.Deployment(
        f"{workload.resource_name}-deployment",
        metadata=workload.metadata(),
        spec={
            "replicas": 1,
            "progress_deadline_seconds": STARTUP_TIMEOUT_SECONDS,
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}},
            "selector": {"match_labels": workload.selector},
            "template": {"metadata": workload.template_metadata(Pods(), checksums), "spec": spec},
        },
        opts=workload.options(deleted_with=None, custom_timeouts=timeouts(STARTUP_TIMEOUT_SECONDS)),
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
    """Return the name of the Secret, an existing or a generated one, and the annotation that rolls the pods with it."""
    if token.existing_secret:
        return pulumi.Output.from_input(token.existing_secret), {}
    generated = hexadecimal(f"{workload.resource_name}-token", TOKEN_BYTES, parent=workload.parent, protected=False)
    # It may be seen: it covers 32 random bytes, which nobody can guess.
    checksum = pulumi.Output.unsecret(generated.apply(manifests.checksum))
    return workload.secret({TOKEN: generated}, data=False), {"checksum/secret": checksum}


def _configuration(workload: Workload, base_url: pulumi.Output[str]) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    """Create the ConfigMap, and return its name and the configuration of nginx in it."""
    content = base_url.apply(configuration)
    config = k8s.core.v1.ConfigMap(
        f"{workload.resource_name}-config",
        metadata=workload.metadata(),
        data={CONFIG_FILE: content, START_FILE: START},
        opts=workload.options(),
    )
    return name_of(config.metadata, workload.name), content


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
        # The image asks for SIGQUIT, at which nginx finishes its streams.
        "lifecycle": {"pre_stop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
    }
