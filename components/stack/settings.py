"""All settings of a stack."""

from typing import Literal

from ..exposure.settings import Exposure
from ..librechat.settings import LibreChatSettings
from ..meilisearch.settings import MeilisearchSettings
from ..mongodb.settings import MongoDBSettings
from ..network.settings import NetworkPolicies
from ..ollama.settings import OllamaSettings
from ..settings.base import Section
from ..settings.types import Labels, LabelValue, ObjectName, OptionalDnsLabel, OptionalRegistry, Prefix, Quantities
from ..valkey.settings import ValkeySettings
from ..workload.settings import Amounts
from .policies import Policies

DEVELOPMENT = "development"
"""Environment whose data nobody depends on."""


class Quota(Section):
    """How much fits in each namespace."""

    enabled: bool = True
    """Whether each namespace has a ResourceQuota."""
    ollama: Quantities = {}
    """Hard limits of Ollama's namespace, as in a ResourceQuota; they replace the derived ones: twice what the settings
    run in it (for a rolling update) and something to spare, its GPUs, and no Service that opens a port of the nodes."""
    librechat: Quantities = {}
    """Hard limits of LibreChat's namespace; they replace the derived ones."""


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
        """Requests that a container gets; nothing without a LimitRange."""
        return self.default_request if self.enabled else Amounts()

    @property
    def given_limit(self) -> Amounts:
        """Limits that a container gets; nothing without a LimitRange."""
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

    @property
    def ollama_name(self) -> str:
        """Name of Ollama's namespace."""
        return self.ollama or f"{self.prefix}ollama"

    @property
    def librechat_name(self) -> str:
        """Name of LibreChat's namespace."""
        return self.librechat or f"{self.prefix}librechat"


class Settings(Section):
    """Everything that a stack file can say."""

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
    allow_data_loss: list[Literal["cluster", "librechat", "meilisearch", "mongodb", "ollama"]] = []
    """Applications whose data the next `pulumi up` may delete, when a change of settings needs it; without it such a
    change is refused. `cluster` lets the stack leave its data behind in the cluster where it is, and move to another
    one. Take it out again afterwards."""
    labels: Labels = {}
    """Labels added to every object."""
    ollama: OllamaSettings = OllamaSettings()
    """The Ollama server and its models."""
    librechat: LibreChatSettings = LibreChatSettings()
    """LibreChat."""
    mongodb: MongoDBSettings = MongoDBSettings()
    """MongoDB, LibreChat's database."""
    meilisearch: MeilisearchSettings = MeilisearchSettings()
    """Meilisearch, LibreChat's full-text search."""
    policies: Policies = Policies()
    """The policy pack that `make policy` checks the stack against."""
    valkey: ValkeySettings = ValkeySettings()
    """Valkey, what several pods of LibreChat share in memory."""

    def exposures(self) -> dict[str, Exposure]:
        """Give how each application is reached from outside the cluster, by its key path before `exposure`."""
        servers = {path: server.exposure for path, server in self.ollama.by_path().items()}
        return {"librechat": self.librechat.exposure, **servers}
