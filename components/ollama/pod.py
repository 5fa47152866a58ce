"""The pods of an Ollama server."""

from typing import TYPE_CHECKING

import pulumi

from ..workload import manifests
from ..workload.pod import Pod, pre_stop, with_extras
from ..workload.workload import Workload
from .chart import MODEL_STORE
from .connection import PORT
from .gpu import gpu_environment, gpu_resource
from .names import NAME
from .settings import Gpu, OllamaPool, Server

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

USER = 1000
HOME = "/home/ollama"
MODELS = "/models"
GRACE_PERIOD_SECONDS = 150
"""Most of it is for preStop: at SIGTERM, Ollama exits within milliseconds and cuts off the answers in progress."""
PRE_STOP_SECONDS = 5
"""Before SIGTERM, so that Services and proxies stop sending requests."""
DRAIN_SECONDS = 120
"""The same where other pods take over: answers in progress get this long to finish."""


def ollama_pod(settings: OllamaPool, workload: Workload, image: pulumi.Input[str], claim: pulumi.Input[str]) -> Pod:
    """Return the template of the pods, and create their service account.

    Args:
        settings: Settings of the server.
        workload: Its workload.
        image: Reference of the image.
        claim: Claim of the volume with the models.
    """
    gpu = settings.gpu
    spec = workload.pod_spec(
        settings.pods,
        user=USER,
        service_account=workload.service_account(),
        grace_period=GRACE_PERIOD_SECONDS,
        tolerations=[manifests.toleration(gpu_resource(gpu))] if gpu.count else (),
    )
    if gpu.runtime_class_name:
        spec["runtime_class_name"] = gpu.runtime_class_name
    spec["containers"] = [_container(settings, image)]
    spec["volumes"] = [
        manifests.claim_volume(MODEL_STORE, claim),
        # Without /tmp, Ollama fails to detect the GPU and silently uses the CPU.
        *manifests.empty_dirs(["home", "tmp"]),
    ]
    return Pod(metadata=workload.template_metadata(settings.pods), spec=with_extras(settings.pods, spec))


def _container(settings: OllamaPool, image: pulumi.Input[str]) -> "ContainerArgsDict":
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


def server_environment(server: Server, gpu: Gpu) -> dict[str, str]:
    """Return the environment of the server.

    Every directory that it writes to is set: with HOME on a read-only root filesystem, `ollama serve` exits.
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
