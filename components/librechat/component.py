"""LibreChat: the web application."""

from typing import TypedDict, cast

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Self, Unpack

from ..args import LibreChatSettingsArgs
from ..component import Component
from ..context import CommonArgs, Context, checked_args, resolve_args
from ..exposure.resources import Backend, expose
from ..helm.handover import FormerServer, former_pods_name
from ..helm.release import ReleaseSpec, pods_name
from ..helm.server import ServerPods, Strategy, run_server
from ..network.policy import network_policy
from ..settings.findings import SettingsError
from ..workload import manifests
from ..workload.names import name_of
from ..workload.pod import Pod
from ..workload.workload import Workload
from .admin import Application, create_admin
from .chart import librechat_values
from .config.render import RenderedConfig, render
from .connections import Connections, missing
from .credentials import Credentials, credentials
from .environment import domain, pod_environment
from .flows import egress, ingress, to_mongodb
from .metrics import METRICS_PATH, METRICS_SECRET, create_metrics
from .paths import CONFIG_FILE, CONFIG_MAP, NAME, PORT
from .pod import Parts, librechat_pod, shares_files
from .rules import RULES, rendered_config
from .settings import LibreChatSettings
from .versions import CHART, LIBRECHAT

S3_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""Keys of the Secret of a bucket, and the environment variables of the same names."""


class _Own(TypedDict, total=False):
    former_server: NotRequired[FormerServer | None]
    """Server that the other method runs now, to be kept until the new one is Ready. Defaults to none."""


class LibreChatArgs(LibreChatSettingsArgs, CommonArgs, Connections, _Own):
    """Args of `LibreChat`: the settings of the same name, the common args, and what it is connected to."""


class LibreChatWiring(Connections, _Own):
    """The args of a LibreChat in a stack, besides its settings and context."""

    librechat_yaml: RenderedConfig
    """Its librechat.yaml, which the rules of the stack have linted."""


class LibreChat(Component):
    """LibreChat with its generated credentials, its librechat.yaml, its volume and its exposure.

    Example:
        ```python
        chat = LibreChat(
            "librechat",
            {"namespace": "chat", "ollama": [ollama.connection], "mongodb": mongodb.connection},
            here,
        )
        ```
    """

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
        source = f"the args of LibreChat {name!r}"
        settings, context = resolve_args(LibreChatSettings, args, LibreChatArgs, RULES, source)
        config = _linted_config(settings, args, source)
        self.deployment_name = pods_name(NAME, settings.method)
        former = args.get("former_server")
        workload = Workload(
            name=NAME,
            component="web",
            resource_name=name,
            parent=self,
            context=context,
            pods_name=self.deployment_name,
            former_pods_name=former_pods_name(NAME, settings.method) if former is not None else "",
        )
        self.url = domain(settings)
        self.base_url = context.service_url(NAME, PORT)

        secrets = credentials(settings, args, workload)
        self.secret_name = secrets.secret_name
        librechat_yaml = _librechat_yaml(config, args)
        self.config_map = _config_map(workload, librechat_yaml)
        parts = Parts(
            image=workload.image(LIBRECHAT, settings.image),
            environment=_environment(settings, args, self.url, secrets),
            secrets=_secret_sources(settings, secrets, workload),
            checksums=_checksums(librechat_yaml, secrets),
            config_map=name_of(self.config_map.metadata, CONFIG_MAP),
            claim=_claim(settings, workload),
        )
        pod = librechat_pod(settings, workload, parts)
        self.server = _server(settings, workload, pod, parts, former)
        # While the new server is not Ready, the Service still selects the former one.
        self.service = workload.service("http", PORT, [self.server] if former is not None else ())
        self.service_name = name_of(self.service.metadata, NAME)
        _policy(settings, workload, args)
        workload.disruption_budget(settings.disruption_budget, settings.most_replicas)
        workload.autoscaler(settings.autoscaling, self.server)
        application = Application(
            workload=workload,
            image=parts.image,
            environment=parts.environment,
            secrets=secrets.sources,
            config_map=parts.config_map,
            resource=self.server,
        )
        first_account = create_admin(settings.admin, application, to_mongodb(args))
        self.admin_secret_name, self.admin_password = first_account.secret_name, first_account.password
        self.ingress = expose(NAME, settings.exposure, workload, _backend(settings))
        self.register_outputs(
            {
                "base_url": self.base_url,
                "service_name": self.service_name,
                "secret_name": self.secret_name,
                "url": self.url,
            }
        )

    @classmethod
    def from_settings(
        cls,
        name: str,
        settings: LibreChatSettings,
        context: Context,
        *,
        opts: pulumi.ResourceOptions,
        **wiring: Unpack[LibreChatWiring],
    ) -> Self:
        """Create the LibreChat of a stack, whose settings are checked and whose librechat.yaml is linted.

        Args:
            name: Logical name.
            settings: Its settings.
            context: What all components share.
            opts: Options of the component.
            wiring: Its connections, and what the rest of the stack decides.
        """
        return cls(name, checked_args(LibreChatArgs, settings, context, wiring), opts)


def _linted_config(settings: LibreChatSettings, args: LibreChatArgs, source: str) -> RenderedConfig:
    """Return the librechat.yaml that a stack has rendered and linted, or render and lint it.

    Raises:
        SettingsError: LibreChat lacks a connection, or would refuse or ignore a part of its librechat.yaml.
    """
    if "librechat_yaml" in args:
        return cast("LibreChatWiring", args)["librechat_yaml"]
    if findings := missing(settings, args):
        raise SettingsError(findings, source)
    rendered = render(settings, args["ollama"])
    servers = [f"ollama[{index}]" for index, _ in enumerate(args["ollama"])]
    if findings := list(rendered_config(rendered.text, settings, "", servers)):
        raise SettingsError(findings, source)
    return rendered


def _environment(
    settings: LibreChatSettings, connections: Connections, origin: pulumi.Output[str], secrets: Credentials
) -> dict[str, pulumi.Input[str]]:
    """Return the variables that hold no secret; those of the person come last."""
    return {**pod_environment(settings, connections, origin), **secrets.plain, **settings.extra_environment}


def _librechat_yaml(config: RenderedConfig, connections: Connections) -> pulumi.Output[str]:
    """Return librechat.yaml as soon as the URLs of the servers are known."""
    urls = [server["base_url"] for server in connections["ollama"]]
    return pulumi.Output.all(*urls).apply(config.with_urls)


def _config_map(workload: Workload, librechat_yaml: pulumi.Output[str]) -> k8s.core.v1.ConfigMap:
    return k8s.core.v1.ConfigMap(
        f"{workload.resource_name}-config",
        metadata=workload.metadata(CONFIG_MAP),
        data={CONFIG_FILE: librechat_yaml},
        opts=workload.options(),
    )


def _secret_sources(
    settings: LibreChatSettings, secrets: Credentials, workload: Workload
) -> dict[str, pulumi.Input[str]]:
    """Return the name of the Secret of each secret variable, and create the Secret of the metrics."""
    sources = dict(secrets.sources)
    metrics = create_metrics(settings.metrics, workload)
    if metrics is not None:
        sources[METRICS_SECRET] = metrics
    if settings.files.strategy == "s3":
        sources |= dict.fromkeys(S3_KEYS, settings.files.s3.existing_secret)
    return sources


def _checksums(librechat_yaml: pulumi.Output[str], secrets: Credentials) -> dict[str, pulumi.Input[str]]:
    """Return the annotations that roll the pods when librechat.yaml or a credential changes."""
    checksums: dict[str, pulumi.Input[str]] = {"checksum/config": librechat_yaml.apply(manifests.checksum)}
    if secrets.checksum is not None:
        checksums["checksum/secret"] = secrets.checksum
    return checksums


def _claim(settings: LibreChatSettings, workload: Workload) -> pulumi.Output[str] | None:
    """Return the name of the claim of uploads and images; None where they are in a bucket."""
    if settings.files.strategy == "s3":
        return None
    return workload.volume_claim("librechat-data", settings.storage)


def _strategy(settings: LibreChatSettings) -> Strategy:
    """Return how pods are replaced: old and new ones run side by side only if both can use the files."""
    if shares_files(settings):
        return Strategy(type="RollingUpdate", max_surge=1)
    return Strategy(type="Recreate")


def _server(
    settings: LibreChatSettings, workload: Workload, pod: Pod, parts: Parts, former: FormerServer | None
) -> pulumi.Resource:
    """Create what runs the pods: a Deployment, or a release of the chart."""
    strategy = _strategy(settings)
    pods = ServerPods(
        pod=pod,
        strategy=strategy,
        replicas=settings.replicas,
        autoscaled=settings.autoscaling.enabled,
        timeout_seconds=settings.startup_timeout_seconds,
    )
    release = ReleaseSpec(
        chart=CHART,
        settings=settings.helm,
        values=lambda: librechat_values(
            pod,
            workload,
            image=parts.image,
            strategy=strategy,
            environment=parts.environment,
            secrets=parts.secrets,
        ),
    )
    return run_server(workload, settings.method, pods, release, former)


def _policy(settings: LibreChatSettings, workload: Workload, connections: Connections) -> None:
    policies = workload.context.network_policies
    network_policy(
        workload,
        ingress=ingress(settings, policies),
        egress=[to_mongodb(connections), *egress(settings, connections)],
        extra_egress=policies.extra_egress.librechat,
    )


def _backend(settings: LibreChatSettings) -> Backend:
    return Backend(
        service=NAME,
        port=PORT,
        upload_limit_mb=settings.upload_limit_mb,
        blocked_paths=[METRICS_PATH] if settings.metrics.enabled else [],
    )
