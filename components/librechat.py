"""LibreChat: the web application."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, cast

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Required

from components import kubernetes
from components.args import LibreChatSettingsArgs
from components.common import DEFAULT_CLUSTER_DOMAIN, CommonArgs, service_url, timeouts
from components.credentials import CREDS_IV_BYTES, CREDS_KEY_BYTES, JWT_SECRET_BYTES, hexadecimal
from components.exposure import expose, url
from components.librechat_config import OLLAMA_ENDPOINT, render, to_yaml
from components.librechat_yaml import librechat_config
from components.settings import checks
from components.settings.base import secret_text
from components.settings.librechat import LibreChatSettings
from components.settings.resolve import resolve
from components.settings.types import parse_quantity
from components.workload import Workload, name_of

NAME = "librechat"
"""Name of the Service, the Deployment and most of what is an address."""

SECRET = "librechat-credentials-env"  # noqa: S105 - the name of a Secret
CONFIG_MAP = "librechat-config"
CONFIG_FILE = "librechat.yaml"
CONFIG_DIRECTORY = "/config"
PORT = 3080
USER = 1000
"""uid and gid of `node` in the image."""
GRACE_PERIOD_SECONDS = 90
"""LibreChat ends its streams and drains within 60 s of SIGTERM; before that, preStop waits for the endpoints."""
PRE_STOP_SECONDS = 10

WAIT_FOR_MONGODB = r"""
const net = require("node:net");
const authority = (process.env.MONGO_URI.match(/^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/) || [])[1];
if (!authority) process.exit(0); // mongodb+srv: the driver looks the hosts up
const hosts = authority.split(",").map((host) => host.match(/^(.*?)(?::(\d+))?$/).slice(1));
const attempt = () => hosts.forEach(([host, port]) => {
  const socket = net.connect(Number(port || 27017), host.replace(/^\[|\]$/g, ""));
  socket.setTimeout(5000, () => socket.destroy());
  socket.on("connect", () => process.exit(0)).on("error", (error) => console.log("MongoDB: " + error.code));
});
attempt();
setInterval(attempt, 2000);
"""
"""LibreChat exits when it finds no database for 30 s; waiting first saves the restarts and their growing pauses."""


class OllamaConnection(TypedDict):
    """An Ollama server that LibreChat offers."""

    base_url: Required[pulumi.Input[str]]
    """In-cluster URL, without a slash at the end."""

    models: Required[Sequence[str]]
    """Models to offer while the server cannot be asked; at least one."""

    name: NotRequired[str]
    """Name of the endpoint; it has to begin with `Ollama`. Defaults to `"Ollama"`."""


class _Own(TypedDict):
    namespace: Required[pulumi.Input[str]]
    """Namespace that is there already."""

    ollama: Required[Sequence[OllamaConnection]]
    """The Ollama servers, in the order in which they are shown."""

    mongo_uri: Required[pulumi.Input[str]]
    """URI of the database, with user and password; treated as a secret."""

    meilisearch_url: NotRequired[pulumi.Input[str]]
    """URL of Meilisearch. Defaults to none, and no search."""

    meilisearch_master_key: NotRequired[pulumi.Input[str]]
    """Its master key; treated as a secret. Defaults to none."""


class LibreChatArgs(LibreChatSettingsArgs, CommonArgs, _Own):
    """Args of `LibreChat`: the settings of the same name, the common args, and what it is wired to."""


def domain(settings: LibreChatSettings) -> pulumi.Output[str]:
    """Give the external origin: as set, as exposed, or what `kubectl port-forward` gives."""
    fallback = settings.domain or f"http://localhost:{PORT}"
    return url(settings.exposure).apply(lambda own: settings.domain or own or fallback)


def environment(settings: LibreChatSettings, search: bool) -> dict[str, str]:
    """Give the environment that holds no secret, apart from what depends on the domain.

    search: whether Meilisearch is there.
    """
    memory = cast("pulumi.Input[str]", settings.resources.limits.memory)
    values = {
        "HOST": "0.0.0.0",  # noqa: S104 - the pod's own address; the Service and policies decide who gets there
        "PORT": str(PORT),
        "NODE_ENV": "production",
        "CONFIG_PATH": f"{CONFIG_DIRECTORY}/{CONFIG_FILE}",
        "ENDPOINTS": "custom,agents",
        "ALLOW_EMAIL_LOGIN": "true",
        "ALLOW_REGISTRATION": _flag(settings.registration.enabled),
        "ALLOW_SOCIAL_LOGIN": "false",
        "ALLOW_SOCIAL_REGISTRATION": "false",
        "ALLOW_PASSWORD_RESET": "false",
        "TRUST_PROXY": str(settings.trusted_proxies),
        "SEARCH": _flag(search),
        "MEILI_NO_ANALYTICS": "true",
        "CONSOLE_JSON": "true",
        "DEBUG_LOGGING": "false",
        # The root filesystem is read-only, and the container's output is where logs are looked for.
        "LOG_TO_FILE": "false",
        "NO_INDEX": "true",
        # Longer than a proxy keeps an idle connection, or it would send a request into a closed one.
        "HTTP_KEEP_ALIVE_TIMEOUT_MS": "75000",
    }
    if isinstance(memory, str) and memory:  # Node keeps its own limit where another resource gives the limit
        # Node does not see the memory limit; three quarters leave room for what is not heap.
        values["NODE_OPTIONS"] = f"--max-old-space-size={int(parse_quantity(memory) * 3 // 4 // 2**20)}"
    if settings.replicas > 1:
        values["USE_REDIS"] = "true"
    return values


def _flag(value: bool) -> str:
    return "true" if value else "false"


class LibreChat(pulumi.ComponentResource):
    """LibreChat with its generated credentials, its librechat.yaml, its volume and its exposure."""

    base_url: pulumi.Output[str]
    """In-cluster URL, without a slash at the end."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the credentials."""
    url: pulumi.Output[str]
    """URL for a browser; that of a port-forward where nothing is exposed."""

    def __init__(self, name: str, args: LibreChatArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ollama-librechat:index:LibreChat", name, {}, opts)
        settings = resolve(LibreChatSettings, args, checks.LIBRECHAT, f"the args of LibreChat {name!r}")
        namespace, protected = args["namespace"], args.get("data_protection", False)
        workload = Workload(
            name=NAME, component="web", resource_name=name, parent=self, namespace=args["namespace"], args=args
        )
        self.url = domain(settings)

        credentials = _credentials(name, settings, args, self, protected)
        self.secret = k8s.core.v1.Secret(
            f"{name}-secret",
            metadata=workload.metadata(SECRET),
            type="Opaque",
            string_data=credentials,
            opts=workload.data_options(),
        )
        rendered = _librechat_yaml(settings, args["ollama"])
        self.config_map = k8s.core.v1.ConfigMap(
            f"{name}-config",
            metadata=workload.metadata(CONFIG_MAP),
            data={CONFIG_FILE: rendered},
            opts=workload.options(),
        )
        account = workload.service_account()
        claim = workload.volume_claim("librechat-data", settings.storage)
        self.service = workload.service("http", PORT)
        image = workload.image("librechat", settings.image)
        spec = workload.pod_spec(
            settings.pods,
            user=USER,
            service_account=account,
            grace_period=GRACE_PERIOD_SECONDS,
        )
        values = {
            **environment(settings, "meilisearch_url" in args),
            "DOMAIN_CLIENT": self.url,
            "DOMAIN_SERVER": self.url,
            # Without it, a cookie over plain http by any name but localhost is dropped, and nobody stays logged in.
            "SESSION_COOKIE_SECURE": self.url.apply(lambda origin: _flag(origin.startswith("https://"))),
            **settings.extra_environment,
        }
        secret_source: Any = {"secret_ref": {"name": name_of(self.secret.metadata, SECRET)}}
        checksums = {
            "checksum/config": rendered.apply(kubernetes.checksum),
            "checksum/secret": _checksum_of(credentials),
        }
        self.deployment = k8s.apps.v1.Deployment(
            f"{name}-deployment",
            metadata=workload.metadata(),
            spec={
                "replicas": settings.replicas,
                "strategy": _strategy(settings),
                "selector": {"match_labels": workload.selector},
                "template": {
                    "metadata": workload.template_metadata(settings.pods, checksums),
                    "spec": {
                        **spec,
                        "init_containers": [
                            {
                                "name": "wait-for-mongodb",
                                "image": image,
                                "command": ["node", "-e", WAIT_FOR_MONGODB],
                                "env_from": [secret_source],
                                "resources": kubernetes.container_resources(settings.resources),
                                "security_context": kubernetes.security_context(),
                            }
                        ],
                        "containers": [
                            {
                                "name": NAME,
                                "image": image,
                                # Not `npm run backend`: npm swallows SIGTERM and writes to a home it does not have.
                                "command": ["node", "api/server/index.js"],
                                "working_dir": "/app",
                                "ports": kubernetes.port("http", PORT),
                                "env": kubernetes.environment(values),
                                "env_from": [secret_source],
                                "resources": kubernetes.container_resources(settings.resources),
                                "security_context": kubernetes.security_context(),
                                "volume_mounts": [
                                    kubernetes.mount("config", CONFIG_DIRECTORY, read_only=True),
                                    kubernetes.mount("data", "/app/client/public/images", sub_path="images"),
                                    kubernetes.mount("data", "/app/uploads", sub_path="uploads"),
                                    kubernetes.mount("app-data", "/app/data"),
                                    kubernetes.mount("logs", "/app/logs"),
                                    kubernetes.TMP_MOUNT,
                                ],
                                "startup_probe": kubernetes.http_probe("/readyz", "http", period=5, failures=60),
                                "readiness_probe": kubernetes.http_probe("/readyz", "http", period=5, failures=3),
                                "liveness_probe": kubernetes.http_probe("/livez", "http", period=10, failures=6),
                                "lifecycle": {"pre_stop": {"sleep": {"seconds": PRE_STOP_SECONDS}}},
                            }
                        ],
                        "volumes": [
                            {
                                "name": "config",
                                "config_map": {"name": name_of(self.config_map.metadata, CONFIG_MAP)},
                            },
                            kubernetes.claim_volume("data", claim),
                            *kubernetes.empty_dirs(["app-data", "logs", "tmp"]),
                        ],
                    },
                },
            },
            opts=workload.options(custom_timeouts=timeouts(settings.startup_timeout_seconds)),
        )
        self.ingress = expose(
            NAME,
            settings.exposure,
            parent=self,
            resource_name=f"{name}-ingress",
            namespace=namespace,
            labels=workload.labels,
            service=NAME,
            port=PORT,
            body_limit_mb=settings.upload_limit_mb,
        )
        self.base_url = service_url(NAME, namespace, PORT, args.get("cluster_domain", DEFAULT_CLUSTER_DOMAIN))
        self.service_name = name_of(self.service.metadata, NAME)
        self.secret_name = name_of(self.secret.metadata, SECRET)
        self.register_outputs(
            {
                "base_url": self.base_url,
                "service_name": self.service_name,
                "secret_name": self.secret_name,
                "url": self.url,
            }
        )


def _strategy(settings: LibreChatSettings) -> Any:
    """A volume that one node mounts goes from the old pod to the new one; a shared one lets both run."""
    if settings.storage.access_mode == "ReadWriteMany":
        return {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}}
    return {"type": "Recreate"}


def _credentials(
    name: str, settings: LibreChatSettings, args: LibreChatArgs, parent: pulumi.Resource, protected: bool
) -> dict[str, pulumi.Output[str]]:
    """Generate what LibreChat needs, and gather what it is wired to, all of it secret."""

    def generated(part: str, length: int, keepers: Mapping[str, str] | None = None) -> pulumi.Output[str]:
        return hexadecimal(f"{name}-{part}", length, parent=parent, protected=protected, keepers=keepers)

    # Sessions may end; what CREDS_KEY and CREDS_IV encrypted in the database could never be read again.
    rotation = {"rotation": str(settings.jwt_rotation)}
    values: dict[str, pulumi.Input[str]] = {
        "JWT_SECRET": generated("jwt-secret", JWT_SECRET_BYTES, rotation),
        "JWT_REFRESH_SECRET": generated("jwt-refresh-secret", JWT_SECRET_BYTES, rotation),
        "CREDS_KEY": generated("creds-key", CREDS_KEY_BYTES),
        "CREDS_IV": generated("creds-iv", CREDS_IV_BYTES),
        "MONGO_URI": args["mongo_uri"],
        # LibreChat does not read it itself; its retrieval service does.
        "OLLAMA_BASE_URL": args["ollama"][0]["base_url"],
    }
    if "meilisearch_url" in args:
        values["MEILI_HOST"] = args["meilisearch_url"]
        values["MEILI_MASTER_KEY"] = args.get("meilisearch_master_key", "")
    if settings.replicas > 1:
        values["REDIS_URI"] = secret_text(settings.redis.uri)
    return {key: pulumi.Output.secret(value) for key, value in values.items()}


def _librechat_yaml(settings: LibreChatSettings, ollama: Sequence[OllamaConnection]) -> pulumi.Output[str]:
    servers = [{"name": OLLAMA_ENDPOINT, **server} for server in ollama]
    return pulumi.Output.all(*servers).apply(lambda known: to_yaml(render(librechat_config(settings, known))))


def _checksum_of(credentials: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[str]:
    """Give a digest of all credentials. It may be seen: it covers 112 random bytes, which nobody can guess."""
    texts = pulumi.Output.all(*[credentials[key] for key in sorted(credentials)])
    return pulumi.Output.unsecret(texts.apply(lambda values: kubernetes.checksum(*values)))
