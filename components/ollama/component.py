"""The Ollama server."""

from collections.abc import Sequence
from typing import NamedTuple, TypedDict

import pulumi
from typing_extensions import NotRequired, Self, Unpack

from ..args import OllamaPoolArgs
from ..component import Component
from ..context import CommonArgs, Context, checked_args, resolve_args
from ..exposure.resources import Backend, expose, url
from ..helm.handover import FormerServer, former_pods_name
from ..helm.release import ReleaseSpec, pods_name
from ..helm.server import ServerPods, Strategy, run_server
from ..helm.settings import Method
from ..network.ingress_rules import from_outside, from_pods
from ..network.peers import Peer
from ..network.policy import network_policy
from ..workload import manifests
from ..workload.names import name_of
from ..workload.pod import Pod
from ..workload.workload import Workload
from .chart import ollama_values
from .connection import PORT, OllamaConnection
from .gpu import pinned_image
from .models.create import create_models
from .models.jobs import ModelServer, model_jobs, workload_name
from .models.prune import prune_models
from .models.pull import pull_models
from .names import server_name
from .offer import offer
from .pod import DRAIN_SECONDS, ollama_pod
from .registries import to_registries
from .rules import SERVER_RULES
from .settings import OllamaPool
from .token import create_token_proxy, token_proxy_pods
from .versions import CHART


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
        former = args.get("former_server")
        workload = self._workload(name, pool, settings.method, context, former)
        own_name = workload.name
        self.deployment_name = workload.pods_name

        image = workload.image(pinned_image(settings.gpu), settings.image)
        claim = workload.volume_claim(f"{own_name}-data", settings.storage)
        self.base_url = context.service_url(own_name, PORT)
        _policy(settings, workload, args.get("clients", ()))
        workload.disruption_budget(settings.disruption_budget, settings.replicas)
        pod = ollama_pod(settings, workload, image, claim)
        if _has_priority(settings) and "priority_class_name" in args:
            pod.spec["priority_class_name"] = args["priority_class_name"]
        self.server = _server(settings, workload, pod, image, former)
        # While the new server is not Ready, the Service still selects the former one.
        self.service = workload.service("http", PORT, [self.server] if former is not None else ())
        self.service_name = name_of(self.service.metadata, own_name)
        front = _front(settings, workload, self.service_name, self.base_url)
        self.secret_name = front.secret_name
        self.ingress = expose(f"{own_name}-ingress", settings.exposure, workload, front.backend)
        if settings.models:
            pods = workload.peer(PORT)
            server = ModelServer(
                workload=workload, image=image, base_url=self.base_url, pods=pods, resource=self.server
            )
            _create_model_jobs(settings, server)
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
        """Create an Ollama server of a stack, whose settings are checked.

        Args:
            pool: Name of the server's pool; empty for the first server.
            settings: Settings of the server.
            context: What all components share.
            opts: Options of the component.
            wiring: What the rest of the stack decides.
        """
        own: _Own = {"pool": pool, **wiring}
        return cls(server_name(pool), checked_args(OllamaArgs, settings, context, own), opts)

    def _workload(
        self, name: str, pool: str, method: Method, context: Context, former: FormerServer | None
    ) -> Workload:
        """Return the workload of the server, the pods of the former method included while these still run."""
        own_name = server_name(pool)
        return Workload(
            name=own_name,
            component="inference",
            resource_name=name,
            parent=self,
            context=context,
            pods_name=pods_name(own_name, method),
            former_pods_name=former_pods_name(own_name, method) if former is not None else "",
        )


def _has_priority(settings: OllamaPool) -> bool:
    """Return whether the pods get the PriorityClass of pods that hold a GPU."""
    return bool(settings.gpu.count and settings.gpu.priority and not settings.pods.priority_class_name)


def _asks_for_token(settings: OllamaPool) -> bool:
    """Return whether a proxy in front of the server checks a token."""
    return settings.exposure.type != "none" and settings.exposure.token.enabled


class _Front(NamedTuple):
    """What requests from outside the cluster reach first.

    Attributes:
        backend: Service and port behind the Ingress or HTTPRoute.
        secret_name: Name of the Secret with the token; empty without one.
    """

    backend: Backend
    secret_name: pulumi.Output[str]


def _front(
    settings: OllamaPool, workload: Workload, service_name: pulumi.Output[str], base_url: pulumi.Output[str]
) -> _Front:
    """Return the server itself, or create the proxy that checks the token and return that."""
    if not _asks_for_token(settings):
        return _Front(Backend(service=service_name, port=PORT), pulumi.Output.from_input(""))
    proxy = create_token_proxy(settings.exposure, workload, base_url)
    return _Front(Backend(service=proxy.service, port=proxy.pods["port"]), proxy.secret_name)


def _policy(settings: OllamaPool, workload: Workload, clients: Sequence[Peer]) -> None:
    """Create the NetworkPolicy: from clients, Jobs for models and proxies; to the registries of the models."""
    policies = workload.context.network_policies
    allowed = [*clients]
    if settings.models:
        allowed.append({"pod_labels": manifests.selector(workload_name(workload.name))})
    if _asks_for_token(settings):
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


def _create_model_jobs(settings: OllamaPool, server: ModelServer) -> None:
    """Create the Jobs that pull, create and delete models."""
    jobs = model_jobs(settings.pull, server, store=settings.storage.existing_claim)
    pulled = pull_models(jobs, settings.models, server.workload.context.image_registry)
    created = create_models(jobs, settings.custom_models, pulled)
    if settings.prune_models:
        prune_models(jobs, settings.model_names, [*pulled.values(), *created.values()])


def _connection(pool: str, settings: OllamaPool, workload: Workload, base_url: pulumi.Output[str]) -> OllamaConnection:
    return {**offer(pool, settings), "base_url": base_url, "server": workload.peer(PORT)}
