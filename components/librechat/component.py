"""LibreChat: the web application."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict, cast

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Required

from ..args import LibreChatSettingsArgs
from ..component import Component
from ..context import DEFAULT_CLUSTER_DOMAIN, CommonArgs, service_url
from ..exposure.resources import expose, url
from ..helm.release import pods_name, release_name, split_image
from ..helm.server import run_server
from ..mongodb.component import PORT as MONGODB_PORT
from ..network.policy import (
    HTTPS,
    Peer,
    from_outside,
    from_pods,
    network_policy,
    settings_of,
    to_internet,
    to_ports,
    to_server,
    uri_ports,
    url_port,
)
from ..network.settings import NetworkPolicies
from ..settings.base import secret_text
from ..settings.findings import Finding, SettingsError
from ..settings.resolve import resolve
from ..settings.types import parse_quantity
from ..stack import rules as checks
from ..workload import manifests
from ..workload.workload import Workload, extended, name_of, pre_stop
from .admin import create_admin
from .chart import CONFIG_VOLUME, librechat_values
from .config.content import librechat_config
from .config.render import OLLAMA_ENDPOINT, render, to_yaml
from .credentials import Connections, OllamaConnection, credentials, is_redis_connected, uses_redis
from .metrics import METRICS_PATH, METRICS_SECRET, create_metrics
from .scripts import CHECK_CREDENTIALS, WAIT_FOR_MONGODB
from .settings import FilesS3, LibreChatSettings

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict, VolumeArgsDict

NAME = "librechat"
"""Name of the Service, the Deployment and most of what is an address."""

S3_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""Keys of the Secret of a bucket, and environment variables."""
CONFIG_MAP = "librechat-config"
CONFIG_FILE = "librechat.yaml"
CONFIG_DIRECTORY = "/config"
PORT = 3080
USER = 1000
"""uid and gid of `node` in the image."""
SHUTDOWN_SECONDS = 80
"""LibreChat aborts its streams at SIGTERM and exits within 60 s."""
PRE_STOP_SECONDS = 10
"""Before SIGTERM, so that proxies have moved on: removing an endpoint takes them a moment."""
DRAIN_SECONDS = 120
"""The same where another pod takes over: an answer that is being written gets this long to come to its end."""


class _Own(TypedDict):
    namespace: Required[pulumi.Input[str]]
    """Namespace that is there already."""

    handing_over: NotRequired[bool]
    """Whether the other method runs LibreChat now: that is kept without pods for now. Defaults to `False`."""


class LibreChatArgs(LibreChatSettingsArgs, CommonArgs, Connections, _Own):
    """Args of `LibreChat`: the settings of the same name, the common args, and what it is wired to."""


def domain(settings: LibreChatSettings) -> pulumi.Output[str]:
    """Give the external origin: as set, as exposed, or what `kubectl port-forward` gives."""
    fallback = settings.domain or f"http://localhost:{PORT}"
    return url(settings.exposure).apply(lambda own: settings.domain or own or fallback)


def environment(settings: LibreChatSettings, search: bool, redis: bool) -> dict[str, str]:
    """Give the environment that holds no secret, apart from what depends on the domain.

    search: whether Meilisearch is there.
    redis: whether the pods share a Redis.
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
        "CONSOLE_JSON": _flag(settings.logs.format == "json"),
        "CONSOLE_LOG_LEVEL": settings.logs.level,
        "DEBUG_LOGGING": _flag(settings.logs.level == "debug"),
        # The root filesystem is read-only, and the container's output is where logs are looked for.
        "LOG_TO_FILE": "false",
        "NO_INDEX": "true",
        # Longer than a proxy keeps an idle connection, or it would send a request into a closed one.
        "HTTP_KEEP_ALIVE_TIMEOUT_MS": "75000",
    }
    if isinstance(memory, str) and memory:  # Node keeps its own limit where another resource gives the limit
        # Node does not see the memory limit; three quarters leave room for what is not heap.
        values["NODE_OPTIONS"] = f"--max-old-space-size={int(parse_quantity(memory) * 3 // 4 // 2**20)}"
    if redis:
        values["USE_REDIS"] = "true"
    return values


def s3_environment(s3: FilesS3) -> dict[str, str]:
    """Give the environment of a bucket, apart from its keys; the names are those of LibreChat's page on S3."""
    values = {
        "AWS_BUCKET_NAME": s3.bucket,
        "AWS_REGION": s3.region,
        "AWS_FORCE_PATH_STYLE": _flag(s3.force_path_style),
    }
    return {**values, "AWS_ENDPOINT_URL": s3.endpoint} if s3.endpoint else values


def _flag(value: bool) -> str:
    return "true" if value else "false"


class LibreChat(Component):
    """LibreChat with its generated credentials, its librechat.yaml, its volume and its exposure."""

    base_url: pulumi.Output[str]
    """In-cluster URL, without a slash at the end."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    deployment_name: str
    """Name of the Deployment."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the credentials."""
    url: pulumi.Output[str]
    """URL for a browser; that of a port-forward where nothing is exposed."""
    admin_secret_name: pulumi.Output[str]
    """Name of the Secret with the password of the first account; empty without `admin.email`."""
    admin_password: pulumi.Output[str]
    """Generated password of the first account, as a secret; empty with an existing Secret and without `admin.email`."""

    def __init__(self, name: str, args: LibreChatArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("LibreChat", name, opts)
        settings = resolve(LibreChatSettings, args, LibreChatArgs, checks.LIBRECHAT, f"the args of LibreChat {name!r}")
        _refuse_unconnected(settings, args, f"the args of LibreChat {name!r}")
        namespace = args["namespace"]
        self.deployment_name = pods_name(NAME, settings.method)
        workload = Workload(
            name=NAME,
            component="web",
            resource_name=name,
            parent=self,
            namespace=namespace,
            args=args,
            pods_name=self.deployment_name,
        )
        self.url = domain(settings)

        secrets = credentials(settings, args, workload)
        rendered = _librechat_yaml(settings, args["ollama"])
        self.config_map = k8s.core.v1.ConfigMap(
            f"{name}-config",
            metadata=workload.metadata(CONFIG_MAP),
            data={CONFIG_FILE: rendered},
            opts=workload.options(),
        )
        account = workload.service_account()
        in_bucket = settings.files.strategy == "s3"
        claim = None if in_bucket else workload.volume_claim("librechat-data", settings.storage)
        self.service = workload.service("http", PORT)
        image = workload.image("librechat", settings.image)
        drain = DRAIN_SECONDS if _shared(settings) else PRE_STOP_SECONDS
        spec = workload.pod_spec(
            settings.pods,
            user=USER,
            service_account=account,
            grace_period=drain + SHUTDOWN_SECONDS,
        )
        values = {
            **environment(settings, "meilisearch_url" in args, uses_redis(settings, args)),
            **(s3_environment(settings.files.s3) if in_bucket else {}),
            "DOMAIN_CLIENT": self.url,
            "DOMAIN_SERVER": self.url,
            # Without it, a cookie over plain http by any name but localhost is dropped, and nobody stays logged in.
            "SESSION_COOKIE_SECURE": self.url.apply(lambda origin: _flag(origin.startswith("https://"))),
            **secrets.plain,
            **settings.extra_environment,
        }
        metrics = create_metrics(settings.metrics, workload)
        sources = dict(secrets.sources)
        if metrics is not None:
            sources[METRICS_SECRET] = metrics
        if in_bucket:
            sources |= dict.fromkeys(S3_KEYS, settings.files.s3.existing_secret)
        secret_environment = manifests.secret_environment(sources)
        checksums = {"checksum/config": rendered.apply(manifests.checksum)}
        if secrets.checksum is not None:
            checksums["checksum/secret"] = secrets.checksum
        metadata = workload.template_metadata(settings.pods, checksums)
        wait: ContainerArgsDict = {
            "name": "wait-for-mongodb",
            "image": image,
            "command": ["node", "-e", CHECK_CREDENTIALS + WAIT_FOR_MONGODB],
            "env": secret_environment,
            "resources": manifests.container_resources(settings.resources),
            "security_context": manifests.security_context(),
        }
        container: ContainerArgsDict = {
            "name": NAME,
            "image": image,
            # Not `npm run backend`: npm swallows SIGTERM and writes to a home it does not have.
            "command": ["node", "api/server/index.js"],
            "working_dir": "/app",
            "ports": manifests.port("http", PORT),
            "env": [*manifests.environment(values), *secret_environment],
            "resources": manifests.container_resources(settings.resources),
            "security_context": manifests.security_context(),
            "volume_mounts": [
                manifests.mount(CONFIG_VOLUME, CONFIG_DIRECTORY, read_only=True),
                manifests.mount("data", "/app/client/public/images", sub_path="images"),
                manifests.mount("data", "/app/uploads", sub_path="uploads"),
                manifests.mount("app-data", "/app/data"),
                manifests.mount("logs", "/app/logs"),
                manifests.TMP_MOUNT,
            ],
            "startup_probe": manifests.http_probe("/readyz", "http", period=5, failures=60),
            "readiness_probe": manifests.http_probe("/readyz", "http", period=5, failures=3),
            "liveness_probe": manifests.http_probe("/livez", "http", period=10, failures=6),
            "lifecycle": pre_stop(settings.pods, drain),
        }
        volumes: list[VolumeArgsDict] = [
            {"name": CONFIG_VOLUME, "config_map": {"name": name_of(self.config_map.metadata, CONFIG_MAP)}},
            *(manifests.empty_dirs(["data"]) if claim is None else [manifests.claim_volume("data", claim)]),
            *manifests.empty_dirs(["app-data", "logs", "tmp"]),
        ]
        whole: PodSpecArgsDict = {**spec, "init_containers": [wait], "containers": [container], "volumes": volumes}
        pod = extended(settings.pods, whole)
        self.server = run_server(
            workload,
            settings,
            pod,
            metadata=metadata,
            strategy=_strategy(settings),
            chart="librechat",
            values=lambda replicas: librechat_values(
                pod,
                image=image.apply(split_image),
                release=release_name(NAME),
                replicas=replicas,
                strategy=_strategy(settings),
                labels=workload.labels,
                metadata=metadata,
                environment=values,
                secret_environment=secret_environment,
            ),
            handing_over=args.get("handing_over", False),
        )
        to_mongodb = [_to_mongodb(args)]
        policies = settings_of(args)
        network_policy(
            workload,
            policies,
            ingress=_ingress(settings, policies),
            egress=[*to_mongodb, *_egress(settings, args)],
            extra_egress=policies.extra_egress.librechat,
        )
        workload.disruption_budget(settings.disruption_budget, settings.most_replicas)
        workload.autoscaler(settings.autoscaling, self.server)
        first = create_admin(
            settings.admin,
            parent=self,
            resource_name=name,
            namespace=namespace,
            args=args,
            image=image,
            environment=values,
            secrets=secrets.sources,
            config=name_of(self.config_map.metadata, CONFIG_MAP),
            config_directory=CONFIG_DIRECTORY,
            egress=to_mongodb,
            deployment=self.server,
        )
        nothing = pulumi.Output.from_input("")
        self.admin_job = first.job if first else None
        self.admin_secret_name = first.secret_name if first else nothing
        self.admin_password = first.password if first else nothing
        self.ingress = expose(
            NAME,
            settings.exposure,
            parent=self,
            resource_name=f"{name}-ingress",
            namespace=namespace,
            labels=workload.labels,
            service=NAME,
            port=PORT,
            upload_limit_mb=settings.upload_limit_mb,
            blocked_paths=[METRICS_PATH] if settings.metrics.enabled else [],
        )
        self.base_url = service_url(NAME, namespace, PORT, args.get("cluster_domain", DEFAULT_CLUSTER_DOMAIN))
        self.service_name = name_of(self.service.metadata, NAME)
        self.secret_name = secrets.secret_name
        self.register_outputs(
            {
                "base_url": self.base_url,
                "service_name": self.service_name,
                "secret_name": self.secret_name,
                "url": self.url,
            }
        )


def _shared(settings: LibreChatSettings) -> bool:
    """Say whether files are where the old pod and the new one reach them side by side."""
    return settings.storage.access_mode == "ReadWriteMany" or settings.files.strategy == "s3"


def _refuse_unconnected(settings: LibreChatSettings, args: LibreChatArgs, where: str) -> None:
    """Raise SettingsError when a server that LibreChat cannot do without is not among the args."""
    findings = list(checks.shared_redis(settings, "", connected=is_redis_connected(args)))
    if not args["ollama"] or not all(server["models"] for server in args["ollama"]):
        rule = "needs at least one server, each with at least one model: LibreChat does not start without"
        findings.append(Finding("ollama", "", rule))
    if findings:
        raise SettingsError(findings, where)


def _strategy(settings: LibreChatSettings) -> Any:
    """A volume that one node mounts goes from the old pod to the new one; a shared one lets both run."""
    if _shared(settings):
        return {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}}
    return {"type": "Recreate"}


def _ingress(settings: LibreChatSettings, policies: NetworkPolicies) -> list[Any]:
    prometheus = policies.prometheus
    scrapers: list[Peer] = [{"namespace": prometheus.namespace, "pod_labels": prometheus.pod_labels}]
    return [
        *from_outside(settings.exposure, policies.ingress_controller, PORT),
        *from_pods(scrapers if prometheus.enabled or settings.metrics.enabled else (), PORT),
    ]


def _to_mongodb(args: Connections) -> Any:
    if "mongodb" in args:
        return to_server(args["mongodb"])
    if "mongo_ports" in args or "mongo_uri" not in args:
        return to_ports(args.get("mongo_ports", [MONGODB_PORT]))
    return to_ports(_ports(args["mongo_uri"], MONGODB_PORT))


def _egress(settings: LibreChatSettings, args: Connections) -> list[Any]:
    """Allow connections to what LibreChat is wired to, apart from MongoDB."""
    rules: list[Any] = []
    for connection in args["ollama"]:
        if "server" in connection:
            rules.append(to_server(connection["server"]))
        else:
            rules.append(to_ports(pulumi.Output.from_input(connection["base_url"]).apply(lambda url: [url_port(url)])))
    if "meilisearch" in args:
        rules.append(to_server(args["meilisearch"]))
    elif "meilisearch_url" in args:
        rules.append(to_ports(pulumi.Output.from_input(args["meilisearch_url"]).apply(lambda url: [url_port(url)])))
    if settings.files.strategy == "s3":
        endpoint = settings.files.s3.endpoint
        rules.append(to_ports([url_port(endpoint)]) if endpoint else to_internet(HTTPS))
    if "valkey" in args:
        rules.append(to_server(args["valkey"]))
    elif settings.redis.existing_secret or (settings.existing_secret and settings.most_replicas > 1):
        rules.append(to_ports([settings.redis.port]))
    elif settings.most_replicas > 1:
        rules.append(to_ports(_ports(secret_text(settings.redis.uri), settings.redis.port)))
    return rules


def _ports(uri: pulumi.Input[str], default: int) -> pulumi.Output[list[int]]:
    """Give the ports of a secret URI, and nothing else of it."""
    return pulumi.Output.unsecret(pulumi.Output.from_input(uri).apply(lambda text: uri_ports(text, default)))


def _librechat_yaml(settings: LibreChatSettings, ollama: Sequence[OllamaConnection]) -> pulumi.Output[str]:
    servers = [{"name": OLLAMA_ENDPOINT, **server} for server in ollama]
    return pulumi.Output.all(*servers).apply(lambda known: to_yaml(render(librechat_config(settings, known))))
