"""All settings of a stack."""

import functools
from collections.abc import Mapping
from typing import Annotated, Any, cast

from pydantic import AfterValidator

from ..definition import Application, Definition
from ..exposure.settings import Exposure
from ..helm.charts import Chart
from ..images import Image
from ..librechat.config.render import RenderedConfig, render
from ..librechat.definition import LIBRECHAT
from ..librechat.settings import LibreChatSettings
from ..meilisearch.definition import MEILISEARCH
from ..meilisearch.settings import MeilisearchSettings
from ..mongodb.definition import MONGODB
from ..mongodb.settings import MongoDBSettings
from ..network.settings import NetworkPolicies
from ..ollama.definition import OLLAMA
from ..ollama.offer import offer
from ..ollama.settings import OllamaSettings
from ..settings.base import Section
from ..settings.types import Labels, LabelValue, ObjectName, OptionalDnsLabel, OptionalRegistry, Prefix, Quantities
from ..valkey.definition import VALKEY
from ..valkey.settings import ValkeySettings
from ..workload.settings import Amounts
from .policies import Policies

CLUSTER = "cluster"
"""Entry of `allowDataLoss`: the data in the cluster that a stack leaves for another one."""

DEVELOPMENT = "development"
"""Default environment, whose data nobody depends on."""


class Quota(Section):
    """How much fits in each namespace."""

    enabled: bool = True
    """Whether each namespace has a ResourceQuota."""
    ollama: Quantities = {}
    """Hard limits of Ollama's namespace, as in a ResourceQuota; they replace the derived ones: twice what the settings
    run in it (for a rolling update) and something to spare, its GPUs, and no Service that opens a port of the nodes."""
    librechat: Quantities = {}
    """Hard limits of LibreChat's namespace; they replace the derived ones."""

    def limits_of(self, application: Application) -> Mapping[str, str]:
        """Return the hard limits in the settings for the namespace of an application; empty for the derived ones."""
        return {"ollama": self.ollama, "librechat": self.librechat}[application]


class LimitRange(Section):
    """What a container gets that asks for nothing; those of this program all ask."""

    enabled: bool = True
    """Whether each namespace has a LimitRange."""
    default_request: Amounts = Amounts(cpu="50m", memory="64Mi")
    """Requests. A ResourceQuota refuses pods without."""
    default_limit: Amounts = Amounts(memory="512Mi")
    """Limits."""

    @property
    def given_request(self) -> Amounts:
        """Requests that a container gets by default; none without a LimitRange."""
        return self.default_request if self.enabled else Amounts()

    @property
    def given_limit(self) -> Amounts:
        """Limits that a container gets by default; none without a LimitRange."""
        return self.default_limit if self.enabled else Amounts()


class Namespaces(Section):
    """The two namespaces."""

    prefix: Prefix = ""
    """Put before both names, for example `alice-`, so that several stacks can share a cluster."""
    ollama: OptionalDnsLabel = ""
    """Namespace of Ollama; empty for the prefix and `ollama`."""
    librechat: OptionalDnsLabel = ""
    """Namespace of LibreChat, MongoDB and Meilisearch; empty for the prefix and `librechat`."""
    quota: Quota = Quota()
    """How much fits in each."""
    limit_range: LimitRange = LimitRange()
    """What a container gets that asks for nothing."""
    operator_group: str = ""
    """Group that may read everything in both but Secrets: pods, logs, events, workloads; empty for none."""

    def name_of(self, application: Application) -> str:
        """Return the name of the namespace of an application."""
        return {"ollama": self.ollama_name, "librechat": self.librechat_name}[application]

    @property
    def ollama_name(self) -> str:
        """Name of Ollama's namespace."""
        return self.ollama or f"{self.prefix}ollama"

    @property
    def librechat_name(self) -> str:
        """Name of LibreChat's namespace."""
        return self.librechat or f"{self.prefix}librechat"


def _holds_data(value: str) -> str:
    """Refuse a name in `allowDataLoss` that is not a component with data."""
    allowed = sorted([CLUSTER, *(name for name, component in components().items() if component.data)])
    if value not in allowed:
        raise ValueError(f"has to be one of {', '.join(allowed)}")
    return value


class Settings(Section):
    """Everything that a stack file can say.

    A field annotated with a `Definition` is a component. This is the only list of components; `components` returns it.
    """

    environment: LabelValue = DEVELOPMENT
    """Name of the environment, the label `env` of every object."""
    kubeconfig: str = ""
    """Path of the kubeconfig, relative to the project or beginning with `~`; empty for the environment variable
    KUBECONFIG, else `~/.kube/config`."""
    context: str = ""
    """Context in the kubeconfig; empty for its current context."""
    namespaces: Namespaces = Namespaces()
    """The namespaces."""
    network_policies: NetworkPolicies = NetworkPolicies()
    """Who may talk to whom."""
    cluster_domain: ObjectName = "cluster.local"
    """DNS domain of the cluster."""
    image_registry: OptionalRegistry = ""
    """Mirror in front of every image, for example `mirror.example.org/hub`; empty for each image's own registry."""
    image_pull_secrets: list[ObjectName] = []
    """Secrets of type `kubernetes.io/dockerconfigjson` in both namespaces, for a registry with a login."""
    data_protection: bool = False
    """Whether what holds data (volumes, generated credentials and their namespaces) is protected: `pulumi destroy`
    refuses, and the objects stay in the cluster when they leave the program."""
    allow_data_loss: list[Annotated[str, AfterValidator(_holds_data)]] = []
    """Applications whose data the next `pulumi up` may delete, when a change of settings needs it; without it such a
    change is refused. `cluster` lets the stack leave its data behind in the cluster where it is, and move to another
    one. Take it out again afterwards."""
    labels: Labels = {}
    """Labels added to every object."""
    ollama: Annotated[OllamaSettings, OLLAMA] = OllamaSettings()
    """The Ollama server and its models."""
    librechat: Annotated[LibreChatSettings, LIBRECHAT] = LibreChatSettings()
    """LibreChat."""
    mongodb: Annotated[MongoDBSettings, MONGODB] = MongoDBSettings()
    """MongoDB, LibreChat's database."""
    meilisearch: Annotated[MeilisearchSettings, MEILISEARCH] = MeilisearchSettings()
    """Meilisearch, LibreChat's full-text search."""
    policies: Policies = Policies()
    """The policy pack that `make policy` checks the stack against."""
    valkey: Annotated[ValkeySettings, VALKEY] = ValkeySettings()
    """Valkey, what several pods of LibreChat share in memory."""

    @functools.cached_property
    def librechat_yaml(self) -> RenderedConfig:
        """LibreChat's librechat.yaml, rendered once: the same text is linted and deployed."""
        return render(self.librechat, [offer(pool, server) for pool, server in self.ollama.servers().items()])


@functools.cache
def components() -> Mapping[str, Definition[Any]]:
    """Return the definition of every component, by its field in the settings."""
    return {
        name: cast("Definition[Any]", entry)
        for name, field in Settings.model_fields.items()
        for entry in field.metadata
        if isinstance(entry, Definition)
    }


def images() -> dict[str, Image]:
    """Return the pinned images of all components by name."""
    return {name: image for component in components().values() for name, image in component.images.items()}


def charts() -> dict[str, Chart]:
    """Return the pinned Helm charts of all components by name."""
    return {name: chart for component in components().values() for name, chart in component.charts.items()}


def exposures(settings: Settings) -> dict[str, Exposure]:
    """Return how components are reached from outside the cluster, by the key path before `exposure`, in its order."""
    found = {
        path: exposure
        for name, component in components().items()
        for path, exposure in component.exposures(getattr(settings, name)).items()
    }
    return dict(sorted(found.items()))
