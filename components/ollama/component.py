"""The Ollama server."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypedDict

import pulumi
from typing_extensions import NotRequired, Self, Unpack

from ..args import OllamaPoolArgs
from ..component import Component
from ..context import CommonArgs, Context, checked_args, resolve_args
from ..exposure.resources import Backend, expose, url
from ..helm.handover import FormerServer, former_pods_name
from ..helm.release import ReleaseSpec, pods_name
from ..helm.server import ServerPods, Strategy, run_server
from ..network.ingress_rules import from_outside, from_pods
from ..network.peers import Peer
from ..network.policy import network_policy
from ..workload import manifests
from ..workload.names import name_of
from ..workload.pod import Pod, pre_stop, with_extras
from ..workload.workload import Workload
from .chart import MODEL_STORE, ollama_values
from .connection import PORT, OllamaConnection
from .gpu import gpu_environment, gpu_resource, pinned_image
from .models.create import create_models
from .models.jobs import Server, model_jobs, workload_name
from .models.prune import prune_models
from .models.pull import pull_models
from .names import NAME, pool_endpoint_name, server_name
from .registries import to_registries
from .rules import SERVER_RULES
from .settings import Gpu, OllamaPool
from .settings import Server as ServerSettings
from .token import create_token_proxy, token_proxy_pods
from .versions import CHART

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

USER = 1000
HOME = "/home/ollama"
MODELS = "/models"
GRACE_PERIOD_SECONDS = 150
"""Ollama ends at SIGTERM within milliseconds and cuts what it generates, so nearly all of it is for preStop."""
PRE_STOP_SECONDS = 5
"""Before SIGTERM, so that what is in front has moved on."""
DRAIN_SECONDS = 120
"""The same where other pods take over: an answer that is being written gets this long to come to its end."""


class OllamaWiring(TypedDict, total=False):
    """What connects an Ollama server to the rest of its program."""

    clients: NotRequired[Sequence[Peer]]
    """Pods that may connect where there are NetworkPolicies, besides the pull Jobs. Defaults to none."""

    former_server: NotRequired[FormerServer | None]
    """Server that the other method runs now, to be kept until the new one is Ready. Defaults to none."""

    priority_class_name: NotRequired[pulumi.Input[str]]
    """PriorityClass of a pod that holds a GPU, unless `pods` names one. Defaults to none."""


class _Own(OllamaWiring):
    pool: NotRequired[str]
    """Name of the pool, part of the name of every object; empty for the first server. Defaults to `""`."""


class OllamaArgs(OllamaPoolArgs, CommonArgs, _Own):
    """Args of `Ollama`: the settings of one server, the common args, and its clients."""


def server_environment(server: ServerSettings, gpu: Gpu) -> dict[str, str]:
    """Return the environment of the server.

    Every directory that it writes to is named, because HOME on a read-only root makes `ollama serve` exit.
    """
    values = {
        "HOME": HOME,
        "OLLAMA_HOST": "0.0.0.0",  # noqa: S104 - the pod's own address; the Service and policies decide who gets there
        "OLLAMA_MODELS": MODELS,
        "OLLAMA_KEEP_ALIVE": server.keep_alive,
        "OLLAMA_LOAD_TIMEOUT": server.load_timeout,
        "OLLAMA_NUM_PARALLEL": str(server.num_parallel),
        "OLLAMA_MAX_LOADED_MODELS": str(server.max_loaded_models),
        "OLLAMA_MAX_QUEUE": str(server.max_queue),
        "OLLAMA_CONTEXT_LENGTH": str(server.context_length),
        "OLLAMA_NOPRUNE": "1" if server.no_prune else "0",
        "OLLAMA_NO_CLOUD": "1" if server.no_cloud else "0",
        "OLLAMA_FLASH_ATTENTION": "1" if server.flash_attention else "0",
        "OLLAMA_KV_CACHE_TYPE": server.kv_cache_type,
        "OLLAMA_DEBUG": "1" if server.debug else "0",
    }
    return {**values, **gpu_environment(gpu)}


def _strategy(replicas: int) -> Strategy:
    """Return how pods are replaced. They never surge: a new pod would wait for the GPU and the volume of an old one."""
    if replicas > 1:
        return Strategy(type="RollingUpdate", max_unavailable=1)
    return Strategy(type="Recreate")


class Ollama(Component):
    """Ollama with its model store, a Service, and a Job for each model that it pulls.

    Example:
        ```python
        ollama = Ollama("ollama", {"namespace": "models", "models": ["llama3.2:3b"], "gpu": {"count": 1}}, here)
        ```
    """

    base_url: pulumi.Output[str]
    """In-cluster URL, without a slash at the end."""
    service_name: pulumi.Output[str]
    """Name of the Service."""
    deployment_name: str
    """Name of the Deployment."""
    url: pulumi.Output[str]
    """URL from outside the cluster; empty without exposure."""
    secret_name: pulumi.Output[str]
    """Name of the Secret with the token; empty where none is asked for."""
    models: pulumi.Output[list[str]]
    """Models that the server has or is about to have."""
    connection: OllamaConnection
    """What LibreChat's arg `ollama` takes for this server."""

    def __init__(self, name: str, args: OllamaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Ollama", name, opts)
        settings, context = resolve_args(OllamaPool, args, OllamaArgs, SERVER_RULES, f"the args of Ollama {name!r}")
        pool = args.get("pool", "")
        own_name = server_name(pool)
        self.deployment_name = pods_name(own_name, settings.method)
        former = args.get("former_server")
        workload = Workload(
            name=own_name,
            component="inference",
            resource_name=name,
            parent=self,
            context=context,
            pods_name=self.deployment_name,
            former_pods_name=former_pods_name(own_name, settings.method) if former is not None else "",
        )
        image = workload.image(pinned_image(settings.gpu), settings.image)
        account = workload.service_account()
        claim = workload.volume_claim(f"{own_name}-data", settings.storage)
        self.base_url = context.service_url(own_name, PORT)
        _policy(settings, workload, args.get("clients", ()))
        workload.disruption_budget(settings.disruption_budget, settings.replicas)
        pod = _pod(settings, workload, _container(settings, image), account, claim)
        if _has_priority(settings) and "priority_class_name" in args:
            pod.spec["priority_class_name"] = args["priority_class_name"]
        self.server = _server(settings, workload, pod, image, former)
        # While the new server is not Ready, the Service still selects the former one.
        self.service = workload.service("http", PORT, [self.server] if former is not None else ())
        self.service_name = name_of(self.service.metadata, own_name)
        front = Backend(service=self.service_name, port=PORT)
        self.secret_name = pulumi.Output.from_input("")
        if _is_checked(settings):
            proxy = create_token_proxy(settings.exposure, workload, self.base_url)
            front = Backend(service=proxy.service, port=proxy.pods["port"])
            self.secret_name = proxy.secret_name
        self.ingress = expose(f"{own_name}-ingress", settings.exposure, workload, front)
        if settings.models:
            pods = workload.peer(PORT)
            tended = Server(workload=workload, image=image, base_url=self.base_url, pods=pods, resource=self.server)
            _tend_models(settings, tended)
        self.url = url(settings.exposure)
        self.models = pulumi.Output.from_input(settings.model_names)
        self.connection = _connection(pool, settings, workload, self.base_url)
        self.register_outputs(
            {
                "base_url": self.base_url,
                "service_name": self.service_name,
                "url": self.url,
                "secret_name": self.secret_name,
                "models": self.models,
            }
        )

    @classmethod
    def from_settings(
        cls,
        pool: str,
        settings: OllamaPool,
        context: Context,
        *,
        opts: pulumi.ResourceOptions,
        **wiring: Unpack[OllamaWiring],
    ) -> Self:
        """Create an Ollama server of a stack, whose settings are checked; the first one has an empty `pool`."""
        own: _Own = {"pool": pool, **wiring}
        return cls(server_name(pool), checked_args(OllamaArgs, settings, context, own), opts)


def _has_priority(settings: OllamaPool) -> bool:
    """Return whether the pods get the priority of those that hold a GPU."""
    return bool(settings.gpu.count and settings.gpu.priority and not settings.pods.priority_class_name)


def _is_checked(settings: OllamaPool) -> bool:
    """Return whether a proxy in front of the server checks a token."""
    return settings.exposure.type != "none" and settings.exposure.token.enabled


def _policy(settings: OllamaPool, workload: Workload, clients: Sequence[Peer]) -> None:
    """Create the NetworkPolicy: clients, the pull Jobs, and what is in front reach it; it reaches the registries."""
    policies = workload.context.network_policies
    allowed = [*clients]
    if settings.models:
        allowed.append({"pod_labels": manifests.selector(workload_name(workload.name))})
    if _is_checked(settings):
        allowed.append(token_proxy_pods(workload))
        outside = []
    else:
        outside = from_outside(settings.exposure, policies.ingress_controller, PORT)
    network_policy(
        workload,
        ingress=[*from_pods(allowed, PORT), *outside],
        egress=to_registries(settings.models),
        extra_egress=policies.extra_egress.ollama,
    )


def _container(settings: OllamaPool, image: pulumi.Output[str]) -> "ContainerArgsDict":
    gpu = settings.gpu
    gpus = {gpu_resource(gpu): str(gpu.count)} if gpu.count else {}
    return {
        **manifests.base_container(NAME, image, settings.resources, gpus),
        "ports": manifests.port("http", PORT),
        "env": manifests.environment({**server_environment(settings.server, gpu), **settings.extra_environment}),
        "volume_mounts": [
            manifests.mount(MODEL_STORE, MODELS),
            manifests.mount("home", HOME),
            manifests.TMP_MOUNT,
        ],
        "startup_probe": manifests.http_probe("/api/version", "http", period=2, failures=60),
        "readiness_probe": manifests.http_probe("/api/version", "http", period=5, failures=3),
        "liveness_probe": manifests.http_probe("/api/version", "http", period=10, failures=6),
        "lifecycle": pre_stop(settings.pods, DRAIN_SECONDS if settings.replicas > 1 else PRE_STOP_SECONDS),
    }


def _pod(
    settings: OllamaPool,
    workload: Workload,
    container: "ContainerArgsDict",
    account: pulumi.Output[str],
    claim: pulumi.Output[str],
) -> Pod:
    gpu = settings.gpu
    spec = workload.pod_spec(
        settings.pods,
        user=USER,
        service_account=account,
        grace_period=GRACE_PERIOD_SECONDS,
        tolerations=[manifests.toleration(gpu_resource(gpu))] if gpu.count else (),
    )
    if gpu.runtime_class_name:
        spec["runtime_class_name"] = gpu.runtime_class_name
    spec["containers"] = [container]
    spec["volumes"] = [
        manifests.claim_volume(MODEL_STORE, claim),
        # Without /tmp, detection of the GPU fails and the server uses the CPU in silence.
        *manifests.empty_dirs(["home", "tmp"]),
    ]
    return Pod(metadata=workload.template_metadata(settings.pods), spec=with_extras(settings.pods, spec))


def _server(
    settings: OllamaPool, workload: Workload, pod: Pod, image: pulumi.Output[str], former: FormerServer | None
) -> pulumi.Resource:
    """Create what runs the pods: a Deployment, or a release of the chart."""
    strategy = _strategy(settings.replicas)
    # Several pods are replaced one after the other, and each drains first.
    drain_seconds = DRAIN_SECONDS * settings.replicas if settings.replicas > 1 else 0
    pods = ServerPods(
        pod=pod,
        strategy=strategy,
        replicas=settings.replicas,
        timeout_seconds=settings.startup_timeout_seconds + drain_seconds,
    )
    release = ReleaseSpec(
        chart=CHART,
        settings=settings.helm,
        values=lambda: ollama_values(pod, workload, image=image, strategy=strategy),
    )
    return run_server(workload, settings.method, pods, release, former)


def _tend_models(settings: OllamaPool, server: Server) -> None:
    """Create the Jobs that pull, create and delete models."""
    jobs = model_jobs(settings.pull, server, store=settings.storage.existing_claim)
    pulled = pull_models(jobs, settings.models, server.workload.context.image_registry)
    created = create_models(jobs, settings.custom_models, pulled)
    if settings.prune_models:
        prune_models(jobs, settings.model_names, [*pulled.values(), *created.values()])


def _connection(pool: str, settings: OllamaPool, workload: Workload, base_url: pulumi.Output[str]) -> OllamaConnection:
    connection: OllamaConnection = {
        "base_url": base_url,
        "models": settings.model_names,
        "server": workload.peer(PORT),
    }
    if pool:
        connection["name"] = pool_endpoint_name(pool)
        connection["model_display_label"] = pool_endpoint_name(pool)
    return connection
