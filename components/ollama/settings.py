"""Settings of Ollama."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ..exposure.settings import Exposure
from ..helm.settings import Helm, Method
from ..settings.base import Section
from ..settings.types import Duration, EnvironmentVariables, OptionalImage, OptionalObjectName
from ..workload.settings import DisruptionBudget, Pods, Resources, Seconds, Storage, resources
from .model_name import ModelName
from .names import server_path

GpuVendor = Literal["nvidia", "amd", "intel"]


RESERVED_POOLS = frozenset({"auth"})
"""Names whose objects would be those of the first server."""


def _pool_name(value: str) -> str:
    if not re.match(r"^[a-z][a-z0-9]{0,19}\Z", value):
        raise ValueError(f"`{value}` is not a name of a pool: 1 to 20 lower-case letters and digits, a letter first")
    if value in RESERVED_POOLS:
        raise ValueError(f"`{value}` is not a name of a pool: `ollama-{value}` belongs to the first server")
    return value


MODEL_JOB_RESOURCES = resources(cpu="50m", memory="64Mi", memory_limit="256Mi")
"""CPU and memory of a Job that tends models. The client only waits; it is the server that downloads."""


class Token(Section):
    """A token that is checked in front of Ollama, by a proxy in a pod of its own."""

    enabled: bool = False
    """Whether only requests with the header `Authorization: Bearer <token>` reach Ollama."""
    existing_secret: OptionalObjectName = ""
    """Secret in Ollama's namespace with the token in its key `token`, 16 to 512 letters, digits, `-` and `_`; empty to
    generate it."""
    image: OptionalImage = ""
    """Image of the proxy, nginx without root, with its tag; empty for the pinned one."""
    resources: Resources = resources(cpu="25m", memory="32Mi", memory_limit="128Mi")
    """CPU and memory of the proxy."""


class OllamaExposure(Exposure):
    """How Ollama is reached from outside the cluster: by `allowedNetworks`, a token, or `allowAnonymous`."""

    token: Token = Token()
    """A token that every request must carry."""
    allow_anonymous: bool = False
    """Whether Ollama may be exposed without either, for example behind something that authenticates its clients."""


class Gpu(Section):
    """GPUs of one Ollama pod."""

    count: Annotated[int, Field(ge=0, le=64)] = 0
    """GPUs for the pod; 0 runs on the CPU."""
    vendor: GpuVendor = "nvidia"
    """Vendor: decides the extended resource, the toleration and the image (`-rocm` for AMD)."""
    resource_name: str = Field(default="", pattern=r"^$|^[a-z0-9.-]+/[A-Za-z0-9._-]+$")
    """Extended resource, for example `nvidia.com/mig-1g.10gb`; empty for the vendor's own
    (`nvidia.com/gpu`, `amd.com/gpu`, `gpu.intel.com/i915`)."""
    runtime_class_name: OptionalObjectName = ""
    """RuntimeClass, for example `nvidia` where that runtime is not the nodes' default (k3s, plain containerd)."""
    priority: Annotated[int, Field(ge=0, le=1_000_000_000)] = 1_000_000
    """Priority of a pod that holds a GPU, by a PriorityClass `<namespace>-gpu`: a batch job does not take its place. 0
    for no such class; `pods.priorityClassName` names one that is there already."""


class Server(Section):
    """The Ollama server's own settings; each is the environment variable that its name stands for."""

    context_length: Annotated[int, Field(ge=0)] = 4096
    """OLLAMA_CONTEXT_LENGTH, in tokens; with 0, Ollama chooses by GPU memory."""
    keep_alive: Duration = "5m"
    """OLLAMA_KEEP_ALIVE: how long a model stays loaded; -1 is for ever, 0 not at all."""
    load_timeout: Duration = "5m"
    """OLLAMA_LOAD_TIMEOUT: how long loading may stall."""
    num_parallel: Annotated[int, Field(ge=1)] = 1
    """OLLAMA_NUM_PARALLEL: requests at a time to one model; memory grows with it."""
    max_loaded_models: Annotated[int, Field(ge=0)] = 0
    """OLLAMA_MAX_LOADED_MODELS; 0 is three a GPU."""
    max_queue: Annotated[int, Field(ge=1)] = 512
    """OLLAMA_MAX_QUEUE: waiting requests before the server answers 503."""
    no_prune: bool = False
    """OLLAMA_NOPRUNE: keep unreferenced blobs at start."""
    no_cloud: bool = True
    """OLLAMA_NO_CLOUD: no remote inference, no web search."""
    flash_attention: bool = False
    """OLLAMA_FLASH_ATTENTION."""
    kv_cache_type: Literal["f16", "q8_0", "q4_0"] = "f16"
    """OLLAMA_KV_CACHE_TYPE; a quantized cache needs flash attention."""
    debug: bool = False
    """OLLAMA_DEBUG."""


class Pull(Section):
    """How models are pulled."""

    wait: bool = True
    """Whether `pulumi up` waits for the pulls and reports those that fail. Everything else is up by then: nothing but
    `pulumi up` itself waits for a pull."""
    timeout_seconds: Seconds = 3600
    """Seconds for one model, retries included."""
    retries: Annotated[int, Field(ge=0, le=20)] = 5
    """Attempts after the first one."""
    stall_seconds: Seconds = 600
    """Seconds without progress after which an attempt is given up: a stalled registry would block it for ever."""


class CustomModel(Section):
    """A model that Ollama creates from a Modelfile."""

    name: ModelName
    """Its name, for example `support:v1`."""
    modelfile: Annotated[str, Field(min_length=1, max_length=100_000)]
    """The Modelfile. Its `FROM` names one of `models`, or a custom model before this one."""


class OllamaPool(Section):
    """Settings of an Ollama server and its models."""

    method: Method = "native"
    """How the server is deployed: `native`, as objects of this program, or `helm`, as a release of the chart by OTWLD.
    Volume, Service, NetworkPolicy, exposure and the Jobs for models are of this program either way."""
    helm: Helm = Helm()
    """The Helm release."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one that fits the GPU's vendor."""
    models: list[ModelName] = ["llama3.2:3b"]
    """Models that Ollama pulls and LibreChat offers, for example `llama3.2:3b`."""
    custom_models: list[CustomModel] = []
    """Models that Ollama creates from a Modelfile: other parameters, another system prompt. LibreChat offers them
    too."""
    prune_models: bool = False
    """Whether models that the server has and that are in neither list are deleted, once when the lists change."""
    gpu: Gpu = Gpu()
    """GPUs."""
    replicas: Annotated[int, Field(ge=1, le=50)] = 1
    """Pods. More than one needs storage with ReadWriteMany."""
    storage: Storage = Storage(size="10Gi")
    """The model store."""
    resources: Resources = resources(cpu="1", memory="4Gi", memory_limit="16Gi")
    """CPU and memory; GPUs are set by `gpu`."""
    server: Server = Server()
    """The server's own settings."""
    pull: Pull = Pull()
    """How models are pulled."""
    disruption_budget: DisruptionBudget = DisruptionBudget()
    """How many pods keep running while a node is drained."""
    exposure: OllamaExposure = OllamaExposure()
    """Access from outside the cluster, off by default: Ollama has no authentication of its own."""
    extra_environment: EnvironmentVariables = {}
    """Further environment variables of the server; not for secrets."""
    pods: Pods = Pods()
    """Passed through to the pods."""
    startup_timeout_seconds: Seconds = 300
    """Seconds until the pods have to be Ready before `pulumi up` fails, image pull included."""

    @property
    def model_names(self) -> list[str]:
        """Every model that the server is to have, in the order of the lists."""
        return [*self.models, *(custom.name for custom in self.custom_models)]


PoolName = Annotated[str, AfterValidator(_pool_name)]


class OllamaSettings(OllamaPool):
    """Settings of the Ollama server and its models, and of further servers."""

    pools: dict[PoolName, OllamaPool] = {}
    """Further Ollama servers by name, for example one for each kind of GPU; each has the keys of `ollama` but `pools`,
    and their defaults. The pool `amd` is the Deployment, Service and so on `ollama-amd` in the same namespace, and the
    endpoint `Ollama (amd)` of LibreChat. A name has 1 to 20 lower-case letters and digits."""

    def servers(self) -> dict[str, OllamaPool]:
        """Return every server by the name of its pool, which is empty for the first server."""
        return {"": self, **self.pools}

    def by_path(self) -> dict[str, OllamaPool]:
        """Return every server by its key path in a stack file."""
        return {server_path(pool): server for pool, server in self.servers().items()}
