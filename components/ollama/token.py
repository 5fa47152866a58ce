"""A proxy in front of Ollama that checks a token: nginx without root, because Ollama checks nothing itself."""

from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ..context import CommonArgs, timeouts
from ..credentials import hexadecimal
from ..exposure.presets import STREAM_TIMEOUT_SECONDS
from ..exposure.settings import OllamaExposure
from ..network.policy import ServerPeer, from_outside, network_policy, settings_of, to_server
from ..workload import manifests
from ..workload.settings import Pods
from ..workload.workload import Workload, name_of

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


def token_proxy_pods(ollama: str, namespace: pulumi.Input[str]) -> ServerPeer:
    """Give the pods of the proxy, for the NetworkPolicy of the Ollama with a name."""
    return {"namespace": namespace, "pod_labels": manifests.selector(proxy_name(ollama)), "port": PORT}


def proxy_name(ollama: str) -> str:
    """Give the name of everything that belongs to the proxy of the Ollama with a name."""
    return f"{ollama}-auth"


def create_token_proxy(
    exposure: OllamaExposure,
    *,
    parent: pulumi.Resource,
    resource_name: str,
    ollama: str,
    namespace: pulumi.Input[str],
    args: CommonArgs,
    base_url: pulumi.Output[str],
    server: ServerPeer,
) -> TokenProxy:
    """Create the proxy: Secret, ConfigMap, Deployment, Service, policy.

    ollama: name of the Ollama behind it.
    base_url: its URL.
    server: its pods.
    """
    workload = Workload(
        name=proxy_name(ollama),
        component=COMPONENT,
        resource_name=f"{resource_name}-auth",
        parent=parent,
        namespace=namespace,
        args=args,
    )
    checksums: dict[str, pulumi.Input[str]] = {}
    secret_name = pulumi.Output.from_input(exposure.token.existing_secret)
    if not exposure.token.existing_secret:
        token = hexadecimal(f"{resource_name}-auth-token", TOKEN_BYTES, parent=parent, protected=False)
        secret = k8s.core.v1.Secret(
            f"{resource_name}-auth-secret",
            metadata=workload.metadata(),
            type="Opaque",
            string_data={TOKEN: token},
            opts=workload.options(),
        )
        secret_name = name_of(secret.metadata, workload.name)
        # It may be seen: it covers 32 random bytes, which nobody can guess.
        checksums["checksum/secret"] = pulumi.Output.unsecret(token.apply(manifests.checksum))
    content = base_url.apply(configuration)
    config = k8s.core.v1.ConfigMap(
        f"{resource_name}-auth-config",
        metadata=workload.metadata(),
        data={CONFIG_FILE: content, START_FILE: START},
        opts=workload.options(),
    )
    checksums["checksum/config"] = content.apply(lambda text: manifests.checksum(text, START))
    pods = Pods()
    spec = workload.pod_spec(
        pods, user=USER, service_account=workload.service_account(), grace_period=GRACE_PERIOD_SECONDS
    )
    k8s.apps.v1.Deployment(
        f"{resource_name}-auth-deployment",
        metadata=workload.metadata(),
        spec={
            "replicas": 1,
            "progress_deadline_seconds": STARTUP_TIMEOUT_SECONDS,
            "strategy": {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}},
            "selector": {"match_labels": workload.selector},
            "template": {
                "metadata": workload.template_metadata(pods, checksums),
                "spec": {
                    **spec,
                    "containers": [
                        {
                            "name": "nginx",
                            "image": workload.image("nginx", exposure.token.image),
                            "command": ["/bin/sh", "-eu", f"{CONFIG_DIRECTORY}/{START_FILE}"],
                            "ports": manifests.port("http", PORT),
                            "resources": manifests.container_resources(exposure.token.resources),
                            "security_context": manifests.security_context(),
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
                    ],
                    "volumes": [
                        {"name": "config", "config_map": {"name": name_of(config.metadata, workload.name)}},
                        {"name": "token", "secret": {"secret_name": secret_name}},
                        # In memory, because the token is in it.
                        {"name": "tmp", "empty_dir": {"medium": "Memory", "size_limit": "64Mi"}},
                    ],
                },
            },
        },
        opts=workload.options(deleted_with=None, custom_timeouts=timeouts(STARTUP_TIMEOUT_SECONDS)),
    )
    policies = settings_of(args)
    network_policy(
        workload,
        policies,
        ingress=from_outside(exposure, policies.ingress_controller, PORT),
        egress=[to_server(server)],
    )
    return TokenProxy(
        service=name_of(workload.service("http", PORT).metadata, workload.name),
        pods=token_proxy_pods(ollama, namespace),
        secret_name=secret_name,
    )
