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
"""Entry of `allowDataLoss` for the data in the old cluster, when a stack moves to another one."""

DEVELOPMENT = "development"
"""Default environment, for stacks without important data."""


class Quota(Section):
    """ResourceQuotas of the namespaces."""

    enabled: bool = True
    """Whether to create a ResourceQuota in each namespace."""
    ollama: Quantities = {}
    """Hard limits of Ollama's namespace, as in a ResourceQuota. They replace the derived limits: twice what the
    settings deploy there (for rolling updates) plus a reserve, the configured GPUs, and no NodePort or LoadBalancer
    Services."""
    librechat: Quantities = {}
    """Hard limits of LibreChat's namespace. They replace the derived limits."""

    def limits_of(self, application: Application) -> Mapping[str, str]:
        """Return the configured hard limits of an application's namespace; empty for the derived ones."""
        return {"ollama": self.ollama, "librechat": self.librechat}[application]


class LimitRange(Section):
    """Defaults for containers without requests or limits. All containers of this program have their own."""

    enabled: bool = True
    """Whether to create a LimitRange in each namespace."""
    default_request: Amounts = Amounts(cpu="50m", memory="64Mi")
    """Default requests. A ResourceQuota rejects pods that have none."""
    default_limit: Amounts = Amounts(memory="512Mi")
    """Default limits."""

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
    """Prefix of both names, for example `alice-`, so that several stacks can share a cluster."""
    ollama: OptionalDnsLabel = ""
    """Namespace of Ollama; empty for `ollama` with the prefix."""
    librechat: OptionalDnsLabel = ""
    """Namespace of LibreChat, MongoDB and Meilisearch; empty for `librechat` with the prefix."""
    quota: Quota = Quota()
    """ResourceQuotas of the namespaces."""
    limit_range: LimitRange = LimitRange()
    """Defaults for containers without requests or limits."""
    operator_group: str = ""
    """Group that may read everything in both namespaces except Secrets, such as pods, logs and events; empty for
    none."""

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
    """All settings of a stack file.

    A field annotated with a `Definition` is a component. This is the only list of components; `components` returns it.
    """

    environment: LabelValue = DEVELOPMENT
    """Name of the environment; every object has it as the label `env`."""
    kubeconfig: str = ""
    """Path of the kubeconfig, relative to the project or starting with `~`; empty for the environment variable
    KUBECONFIG, or `~/.kube/config` if it is not set."""
    context: str = ""
    """Context in the kubeconfig; empty for its current context."""
    namespaces: Namespaces = Namespaces()
    """The namespaces."""
    network_policies: NetworkPolicies = NetworkPolicies()
    """Which connections are allowed."""
    cluster_domain: ObjectName = "cluster.local"
    """DNS domain of the cluster."""
    image_registry: OptionalRegistry = ""
    """Registry mirror for all images, for example `mirror.example.org/hub`; empty for each image's own registry."""
    image_pull_secrets: list[ObjectName] = []
    """Secrets of type `kubernetes.io/dockerconfigjson` in both namespaces, for a registry that requires a login."""
    data_protection: bool = False
    """Whether volumes, generated credentials and their namespaces are protected: `pulumi destroy` refuses to delete
    them, and they stay in the cluster when they are removed from the program."""
    allow_data_loss: list[Annotated[str, AfterValidator(_holds_data)]] = []
    """Applications whose data the next `pulumi up` may delete. A change of settings that needs this is otherwise
    refused. `cluster` allows the stack to move to another cluster and leave its data in the old one. Remove the entry
    again afterwards."""
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
    """Valkey, the in-memory store that several LibreChat pods share."""

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
