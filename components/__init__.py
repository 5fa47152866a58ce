"""Ollama and LibreChat on Kubernetes, as Pulumi components.

Each component takes `(name, args, opts)`, gives outputs that the next one needs, and leaves the provider, protection
and dependencies to the caller's `opts`.
"""

from components.librechat import LibreChat, LibreChatArgs
from components.librechat_credentials import OllamaConnection
from components.meilisearch import Meilisearch, MeilisearchArgs
from components.mongodb import MongoDB, MongoDBArgs
from components.namespace import Namespace, NamespaceArgs
from components.ollama import Ollama, OllamaArgs
from components.valkey import Valkey, ValkeyArgs

__all__ = [
    "LibreChat",
    "LibreChatArgs",
    "Meilisearch",
    "MeilisearchArgs",
    "MongoDB",
    "MongoDBArgs",
    "Namespace",
    "NamespaceArgs",
    "Ollama",
    "OllamaArgs",
    "OllamaConnection",
    "Valkey",
    "ValkeyArgs",
]
