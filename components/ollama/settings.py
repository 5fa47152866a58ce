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
"""Pool names whose objects would clash with those of the first server."""


def _pool_name(value: str) -> str:
    if not re.match(r"^[a-z][a-z0-9]{0,19}\Z", value):
        raise ValueError(f"`{value}` is not a name of a pool: 1 to 20 lower-case letters and digits, a letter first")
    if value in RESERVED_POOLS:
        raise ValueError(f"`{value}` is not a name of a pool: `ollama-{value}` belongs to the first server")
    return value


MODEL_JOB_RESOURCES = resources(cpu="50m", memory="64Mi", memory_limit="256Mi")
"""CPU and memory of a Job that pulls, creates or deletes models. The server does the work; the client only waits."""


class Token(Section):
    """A token that clients must send. A proxy in front of Ollama, in a pod of its own, checks it."""

    enabled: bool = False
    """Whether Ollama accepts only requests with the header `Authorization: Bearer <token>`."""
    existing_secret: OptionalObjectName = ""
    """Secret in Ollama's namespace with the token in its key `token`, 16 to 512 letters, digits, `-` and `_`; empty to
    generate a token."""
    image: OptionalImage = ""
    """Image of the proxy (unprivileged nginx) with its tag; empty for the pinned one."""
    resources: Resources = resources(cpu="25m", memory="32Mi", memory_limit="128Mi")
    """CPU and memory of the proxy."""


class OllamaExposure(Exposure):
    """How Ollama is reached from outside the cluster. Needs `allowedNetworks`, a token, or `allowAnonymous`."""

    token: Token = Token()
    """A token that clients must send."""
    allow_anonymous: bool = False
    """Whether Ollama may be exposed without either, for example behind a proxy that authenticates clients."""


class Gpu(Section):
    """GPUs of an Ollama pod."""

    count: Annotated[int, Field(ge=0, le=64)] = 0
    """Number of GPUs per pod; 0 to run on the CPU."""
    vendor: GpuVendor = "nvidia"
    """Vendor; selects the extended resource, the toleration and the image (`-rocm` for AMD)."""
    resource_name: str = Field(default="", pattern=r"^$|^[a-z0-9.-]+/[A-Za-z0-9._-]+$")
    """Extended resource, for example `nvidia.com/mig-1g.10gb`; empty for the vendor's own
    (`nvidia.com/gpu`, `amd.com/gpu`, `gpu.intel.com/i915`)."""
    runtime_class_name: OptionalObjectName = ""
    """RuntimeClass, for example `nvidia` if that runtime is not the nodes' default (k3s, plain containerd)."""
    priority: Annotated[int, Field(ge=0, le=1_000_000_000)] = 1_000_000
    """Value of the PriorityClass `<namespace>-gpu` for pods with a GPU, so that a batch job cannot preempt them. 0 for
    no such class; to use an existing class, set `pods.priorityClassName`."""


class Server(Section):
    """Settings of the Ollama server. Each sets the environment variable that its description names."""

    context_length: Annotated[int, Field(ge=0)] = 4096
    """OLLAMA_CONTEXT_LENGTH, in tokens; with 0, Ollama chooses it by GPU memory."""
    keep_alive: Duration = "5m"
    """OLLAMA_KEEP_ALIVE: how long a model stays loaded after a request; -1 for ever, 0 to unload it at once."""
    load_timeout: Duration = "5m"
    """OLLAMA_LOAD_TIMEOUT: how long loading a model may stall."""
    num_parallel: Annotated[int, Field(ge=1)] = 1
    """OLLAMA_NUM_PARALLEL: parallel requests per model; memory use grows with it."""
    max_loaded_models: Annotated[int, Field(ge=0)] = 0
    """OLLAMA_MAX_LOADED_MODELS: models loaded at the same time; 0 for three per GPU."""
    max_queue: Annotated[int, Field(ge=1)] = 512
    """OLLAMA_MAX_QUEUE: queued requests before the server answers 503."""
    no_prune: bool = False
    """OLLAMA_NOPRUNE: whether unreferenced blobs are kept when the server starts."""
    no_cloud: bool = True
    """OLLAMA_NO_CLOUD: no remote inference, no web search."""
    flash_attention: bool = False
    """OLLAMA_FLASH_ATTENTION: whether flash attention is used."""
    kv_cache_type: Literal["f16", "q8_0", "q4_0"] = "f16"
    """OLLAMA_KV_CACHE_TYPE: type of the KV cache; a quantized one needs flash attention."""
    debug: bool = False
    """OLLAMA_DEBUG: whether debug messages are logged."""


class Pull(Section):
    """How models are pulled."""

    wait: bool = True
    """Whether `pulumi up` waits for the pulls and reports those that fail. No other resource waits for a pull."""
    timeout_seconds: Seconds = 3600
    """Seconds to pull one model, including retries."""
    retries: Annotated[int, Field(ge=0, le=20)] = 5
    """Number of retries after the first attempt."""
    stall_seconds: Seconds = 600
    """Seconds without progress before an attempt is cancelled; a stalled registry would block it for ever."""


class CustomModel(Section):
    """A model that Ollama creates from a Modelfile."""

    name: ModelName
    """Name of the model, for example `support:v1`."""
    modelfile: Annotated[str, Field(min_length=1, max_length=100_000)]
    """The Modelfile. Its `FROM` names one of `models`, or a custom model before this one."""


class OllamaPool(Section):
    """Settings of an Ollama server and its models."""

    method: Method = "native"
    """How the server is deployed: `native`, as objects of this program, or `helm`, as a release of the chart by OTWLD.
    Either way, this program creates the volume, Service, NetworkPolicy, exposure and the Jobs for models."""
    helm: Helm = Helm()
    """The Helm release."""
    image: OptionalImage = ""
    """Image with its tag; empty for the pinned one for the GPU vendor."""
    models: list[ModelName] = ["llama3.2:3b"]
    """Models that Ollama pulls and LibreChat offers, for example `llama3.2:3b`."""
    custom_models: list[CustomModel] = []
    """Models that Ollama creates from a Modelfile, for example with other parameters or another system prompt.
    LibreChat offers them too."""
    prune_models: bool = False
    """Whether models that are in neither list are deleted from the server, once after each change of the lists."""
    gpu: Gpu = Gpu()
    """GPUs."""
    replicas: Annotated[int, Field(ge=1, le=50)] = 1
    """Number of pods. More than one needs ReadWriteMany storage."""
    storage: Storage = Storage(size="10Gi")
    """The volume for the models."""
    resources: Resources = resources(cpu="1", memory="4Gi", memory_limit="16Gi")
    """CPU and memory; GPUs are set by `gpu`."""
    server: Server = Server()
    """Settings of the Ollama server."""
    pull: Pull = Pull()
    """How models are pulled."""
    disruption_budget: DisruptionBudget = DisruptionBudget()
    """How many pods keep running while a node is drained."""
    exposure: OllamaExposure = OllamaExposure()
    """Access from outside the cluster, off by default: Ollama has no authentication of its own."""
    extra_environment: EnvironmentVariables = {}
    """Additional environment variables of the server; not for secrets."""
    pods: Pods = Pods()
    """Fields passed to the pods."""
    startup_timeout_seconds: Seconds = 300
    """Seconds to wait for Ready pods before `pulumi up` fails; includes the image pull."""

    @property
    def model_names(self) -> list[str]:
        """Every model of the server, in the order of the two lists."""
        return [*self.models, *(custom.name for custom in self.custom_models)]


PoolName = Annotated[str, AfterValidator(_pool_name)]


class OllamaSettings(OllamaPool):
    """Settings of the Ollama server and its models, and of additional servers."""

    pools: dict[PoolName, OllamaPool] = {}
    """Additional Ollama servers by name, for example one for each type of GPU. Each takes the keys of `ollama` except
    `pools`, with the same defaults. The objects of the pool `amd` are named `ollama-amd`, in the same namespace, and
    LibreChat shows its endpoint as `Ollama (amd)`. A name has 1 to 20 lower-case letters and digits."""

    def servers(self) -> dict[str, OllamaPool]:
        """Return every server by the name of its pool; the name is empty for the first server."""
        return {"": self, **self.pools}

    def by_path(self) -> dict[str, OllamaPool]:
        """Return every server by its key path in a stack file."""
        return {server_path(pool): server for pool, server in self.servers().items()}
