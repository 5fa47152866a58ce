"""Ollama and LibreChat on Kubernetes, as Pulumi components.

Each component takes `(name, args, opts)`, gives outputs that the next one needs, and leaves the provider, protection
and dependencies to the caller's `opts`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .librechat.component import LibreChat, LibreChatArgs
    from .librechat.credentials import OllamaConnection
    from .meilisearch.component import Meilisearch, MeilisearchArgs
    from .mongodb.component import MongoDB, MongoDBArgs
    from .namespace.component import Namespace, NamespaceArgs
    from .ollama.component import Ollama, OllamaArgs
    from .valkey.component import Valkey, ValkeyArgs

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
    "librechat.component": ("LibreChat", "LibreChatArgs"),
    "librechat.credentials": ("OllamaConnection",),
    "meilisearch.component": ("Meilisearch", "MeilisearchArgs"),
    "mongodb.component": ("MongoDB", "MongoDBArgs"),
    "namespace.component": ("Namespace", "NamespaceArgs"),
    "ollama.component": ("Ollama", "OllamaArgs"),
    "valkey.component": ("Valkey", "ValkeyArgs"),
}


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
