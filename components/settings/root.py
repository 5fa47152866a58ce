"""All settings of a stack."""

from components.settings.base import Section
from components.settings.librechat import LibreChatSettings
from components.settings.ollama import OllamaSettings
from components.settings.stores import MeilisearchSettings, MongoDBSettings
from components.settings.types import (
    Labels,
    LabelValue,
    ObjectName,
    OptionalDnsLabel,
    OptionalRegistry,
    Prefix,
)


class Namespaces(Section):
    """Names of the two namespaces."""

    prefix: Prefix = ""
    """Put before both names, for example `alice-`, so that several stacks can share a cluster."""
    ollama: OptionalDnsLabel = ""
    """Namespace of Ollama; empty for the prefix and `ollama`."""
    librechat: OptionalDnsLabel = ""
    """Namespace of LibreChat, MongoDB and Meilisearch; empty for the prefix and `librechat`."""

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

    environment: LabelValue = "development"
    """Name of the environment, the label `env` of every object."""
    kubeconfig: str = ""
    """Path of the kubeconfig, relative to the project or beginning with `~`; empty for the environment variable
    KUBECONFIG, else `~/.kube/config`."""
    context: str = ""
    """Context in the kubeconfig; empty for its current context."""
    namespaces: Namespaces = Namespaces()
    """Names of the namespaces."""
    cluster_domain: ObjectName = "cluster.local"
    """DNS domain of the cluster."""
    image_registry: OptionalRegistry = ""
    """Mirror in front of every image, for example `mirror.example.org/hub`; empty for each image's own registry."""
    image_pull_secrets: list[ObjectName] = []
    """Secrets of type `kubernetes.io/dockerconfigjson` in both namespaces, for a registry with a login."""
    data_protection: bool = False
    """Whether what holds data (volumes, generated credentials and their namespaces) is protected: `pulumi destroy`
    refuses, and the objects stay in the cluster when they leave the program."""
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
