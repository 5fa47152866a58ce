"""The Ollama server."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

import pulumi
from typing_extensions import NotRequired, Required

from ..args import OllamaPoolArgs
from ..component import Component
from ..context import DEFAULT_CLUSTER_DOMAIN, CommonArgs, service_url
from ..exposure.resources import expose, url
from ..helm.release import pods_name, release_name, split_image
from ..helm.server import run_server
from ..librechat.config.render import pool_endpoint_name
from ..network.policy import Peer, ServerPeer, from_outside, from_pods, network_policy, settings_of, to_registries
from ..settings.resolve import resolve
from ..stack import rules as checks
from ..workload import manifests
from ..workload.workload import Workload, extended, name_of, pre_stop
from .chart import MODEL_STORE, ollama_values
from .models.create import create_models
from .models.jobs import ModelJobs, model_jobs, workload_name
from .models.prune import prune_models
from .models.pull import pull_models
from .settings import Gpu, OllamaPool, Server
from .token import create_token_proxy, token_proxy_pods

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, PodSpecArgsDict

NAME = "ollama"
"""Name of the Service, the Deployment and everything else that is an address; what belongs to a pool adds its name."""

PORT = 11434
USER = 1000
HOME = "/home/ollama"
MODELS = "/models"
GRACE_PERIOD_SECONDS = 150
"""Ollama ends at SIGTERM within milliseconds and cuts what it generates, so nearly all of it is for preStop."""
PRE_STOP_SECONDS = 5
"""Before SIGTERM, so that what is in front has moved on."""
DRAIN_SECONDS = 120
"""The same where other pods take over: an answer that is being written gets this long to come to its end."""

GPU_RESOURCES = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "intel": "gpu.intel.com/i915"}
"""Extended resource of each vendor's device plugin."""


class _Own(TypedDict):
    namespace: Required[pulumi.Input[str]]
    """Namespace that is there already."""

    clients: NotRequired[Sequence[Peer]]
    """Pods that may connect where there are NetworkPolicies, besides the pull Jobs. Defaults to none."""

    handing_over: NotRequired[bool]
    """Whether the other method runs the server now: that is kept without pods for now. Defaults to `False`."""

    pool: NotRequired[str]
    """Name of the pool, part of the name of every object; empty for the first server. Defaults to `""`."""

    priority_class_name: NotRequired[pulumi.Input[str]]
    """PriorityClass of a pod that holds a GPU, unless `pods` names one. Defaults to none."""


class OllamaArgs(OllamaPoolArgs, CommonArgs, _Own):
    """Args of `Ollama`: the settings of the same name, the common args, and the namespace."""


def server_environment(server: Server, gpu: Gpu) -> dict[str, str]:
    """Give the environment of the server.

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
    if not gpu.count:
        # Where the NVIDIA runtime is the nodes' default, the image's own "all" would hand over every GPU unasked.
        values["NVIDIA_VISIBLE_DEVICES"] = "void"
    if gpu.count and gpu.vendor == "intel":
        values["OLLAMA_VULKAN"] = "1"
    return values


def gpu_resource(gpu: Gpu) -> str:
    """Give the extended resource of the GPUs."""
    return gpu.resource_name or GPU_RESOURCES[gpu.vendor]


def image_name(gpu: Gpu) -> str:
    """Give the name, in `images.IMAGES`, of the image that fits the GPU's vendor."""
    return "ollama-rocm" if gpu.count and gpu.vendor == "amd" else "ollama"


def _strategy(replicas: int) -> Any:
    """Never surge: the new pod would wait for the GPU and the volume that the old one holds. Several go in turn."""
    if replicas > 1:
        return {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 1, "max_surge": 0}}
    return {"type": "Recreate"}


def _has_priority(settings: OllamaPool) -> bool:
    """Say whether the pods get the priority of those that hold a GPU."""
    return bool(settings.gpu.count and settings.gpu.priority and not settings.pods.priority_class_name)


def _tend_models(settings: OllamaPool, jobs: ModelJobs, registry: str) -> None:
    """Create the Jobs that pull, make and delete models."""
    pulled = pull_models(jobs, settings.models, registry)
    created = create_models(jobs, settings.custom_models, pulled)
    if settings.prune_models:
        prune_models(jobs, settings.model_names, [*pulled.values(), *created.values()])


def _server_pod(
    settings: OllamaPool,
    workload: Workload,
    args: OllamaArgs,
    *,
    image: pulumi.Input[str],
    account: pulumi.Input[str],
    claim: pulumi.Input[str],
) -> "PodSpecArgsDict":
    """Give the specification of the server's pod, with the names of its image, service account and claim."""
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
    if "priority_class_name" in args and _has_priority(settings):
        spec["priority_class_name"] = args["priority_class_name"]
    gpus = {gpu_resource(gpu): str(gpu.count)} if gpu.count else {}
    container: ContainerArgsDict = {
        "name": NAME,
        "image": image,
        "ports": manifests.port("http", PORT),
        "env": manifests.environment({**server_environment(settings.server, gpu), **settings.extra_environment}),
        "resources": manifests.container_resources(settings.resources, gpus),
        "security_context": manifests.security_context(),
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
    volumes = [
        manifests.claim_volume(MODEL_STORE, claim),
        # Without /tmp, detection of the GPU fails and the server uses the CPU in silence.
        *manifests.empty_dirs(["home", "tmp"]),
    ]
    return extended(settings.pods, {**spec, "containers": [container], "volumes": volumes})


class Ollama(Component):
    """Ollama with its model store, a Service, and a Job for each model that it pulls."""

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
    connection: dict[str, Any]
    """What LibreChat's arg `ollama` takes for this server."""

    def __init__(self, name: str, args: OllamaArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Ollama", name, opts)
        settings = resolve(OllamaPool, args, OllamaArgs, checks.OLLAMA, f"the args of Ollama {name!r}")
        namespace = args["namespace"]
        pool = args.get("pool", "")
        server_name = f"{NAME}-{pool}" if pool else NAME
        self.deployment_name = pods_name(server_name, settings.method)
        workload = Workload(
            name=server_name,
            component="inference",
            resource_name=name,
            parent=self,
            namespace=namespace,
            args=args,
            pods_name=self.deployment_name,
        )
        image = workload.image(image_name(settings.gpu), settings.image)
        account = workload.service_account()
        claim = workload.volume_claim(f"{server_name}-data", settings.storage)
        self.service = workload.service("http", PORT)
        pod = _server_pod(settings, workload, args, image=image, account=account, claim=claim)
        metadata = workload.template_metadata(settings.pods)
        pods: ServerPeer = {"namespace": namespace, "pod_labels": workload.pod_selector, "port": PORT}
        policies = settings_of(args)
        pulls: Peer = {"pod_labels": manifests.selector(workload_name(server_name))}
        clients = [*args.get("clients", ()), *([pulls] if settings.models else ())]
        checked = settings.exposure.type != "none" and settings.exposure.token.enabled
        if checked:
            clients.append(token_proxy_pods(server_name, namespace))
        network_policy(
            workload,
            policies,
            ingress=[
                *from_pods(clients, PORT),
                *([] if checked else from_outside(settings.exposure, policies.ingress_controller, PORT)),
            ],
            egress=to_registries(settings.models),
            extra_egress=policies.extra_egress.ollama,
        )
        workload.disruption_budget(settings.disruption_budget, settings.replicas)
        self.server = run_server(
            workload,
            settings,
            pod,
            metadata=metadata,
            strategy=_strategy(settings.replicas),
            chart="ollama",
            values=lambda replicas: ollama_values(
                pod,
                image=image.apply(split_image),
                release=release_name(server_name),
                replicas=replicas,
                strategy=_strategy(settings.replicas),
                labels=workload.labels,
                metadata=metadata,
            ),
            # Several go in turn, each after the one before it.
            drain_seconds=DRAIN_SECONDS * settings.replicas if settings.replicas > 1 else 0,
            handing_over=args.get("handing_over", False),
        )
        domain = args.get("cluster_domain", DEFAULT_CLUSTER_DOMAIN)
        self.base_url = service_url(server_name, namespace, PORT, domain)
        self.service_name = name_of(self.service.metadata, server_name)
        front, port = self.service_name, PORT
        self.secret_name = pulumi.Output.from_input("")
        if checked:
            proxy = create_token_proxy(
                settings.exposure,
                parent=self,
                resource_name=name,
                ollama=server_name,
                namespace=namespace,
                args=args,
                base_url=self.base_url,
                server=pods,
            )
            front, port = proxy.service, proxy.pods["port"]
            self.secret_name = proxy.secret_name
        self.ingress = expose(
            f"{server_name}-ingress",
            settings.exposure,
            parent=self,
            resource_name=f"{name}-ingress",
            namespace=namespace,
            labels=workload.labels,
            service=front,
            port=port,
        )
        if settings.models:
            jobs = model_jobs(
                settings.pull,
                parent=self,
                resource_name=name,
                server_name=server_name,
                namespace=namespace,
                args=args,
                image=image,
                base_url=self.base_url,
                server=self.server,
                store=settings.storage.existing_claim,
                pods=pods,
            )
            _tend_models(settings, jobs, args.get("image_registry", ""))
        self.url = url(settings.exposure)
        self.models = pulumi.Output.from_input(settings.model_names)
        self.connection = {"base_url": self.base_url, "models": settings.model_names, "server": pods}
        if pool:
            self.connection["name"] = pool_endpoint_name(pool)
            self.connection["model_display_label"] = pool_endpoint_name(pool)
        self.register_outputs(
            {
                "base_url": self.base_url,
                "service_name": self.service_name,
                "url": self.url,
                "secret_name": self.secret_name,
                "models": self.models,
            }
        )
