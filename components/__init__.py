"""Ollama and LibreChat on Kubernetes, as Pulumi components.

Each component takes `(name, args, opts)`, gives outputs that the next one needs, and leaves the provider, protection
and dependencies to the caller's `opts`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

# Each on first use: the settings are in this package too, and reading them must not cost the second that the Kubernetes
# SDK takes to import.
_MODULES = {
    "librechat": ("LibreChat", "LibreChatArgs"),
    "librechat_credentials": ("OllamaConnection",),
    "meilisearch": ("Meilisearch", "MeilisearchArgs"),
    "mongodb": ("MongoDB", "MongoDBArgs"),
    "namespace": ("Namespace", "NamespaceArgs"),
    "ollama": ("Ollama", "OllamaArgs"),
    "valkey": ("Valkey", "ValkeyArgs"),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
