"""Ollama and LibreChat on Kubernetes, as Pulumi components.

A component takes `(name, args, opts)`. Its output `connection` is what LibreChat needs to connect to it. Provider and
dependencies are the caller's choice, in `opts`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .librechat.component import LibreChat, LibreChatArgs
    from .librechat.connections import Connections
    from .meilisearch.component import Meilisearch, MeilisearchArgs
    from .meilisearch.connection import MeilisearchConnection
    from .meilisearch.connection import external_connection as external_meilisearch
    from .mongodb.component import MongoDB, MongoDBArgs
    from .mongodb.connection import MongoDBConnection
    from .mongodb.connection import external_connection as external_mongodb
    from .namespace.component import Namespace, NamespaceArgs
    from .ollama.component import Ollama, OllamaArgs
    from .ollama.connection import OllamaConnection
    from .valkey.component import Valkey, ValkeyArgs
    from .valkey.connection import RedisConnection

__all__ = [
    "Connections",
    "LibreChat",
    "LibreChatArgs",
    "Meilisearch",
    "MeilisearchArgs",
    "MeilisearchConnection",
    "MongoDB",
    "MongoDBArgs",
    "MongoDBConnection",
    "Namespace",
    "NamespaceArgs",
    "Ollama",
    "OllamaArgs",
    "OllamaConnection",
    "RedisConnection",
    "Valkey",
    "ValkeyArgs",
    "external_meilisearch",
    "external_mongodb",
]

_ORIGINS = {
    "Connections": "librechat.connections:Connections",
    "LibreChat": "librechat.component:LibreChat",
    "LibreChatArgs": "librechat.component:LibreChatArgs",
    "Meilisearch": "meilisearch.component:Meilisearch",
    "MeilisearchArgs": "meilisearch.component:MeilisearchArgs",
    "MeilisearchConnection": "meilisearch.connection:MeilisearchConnection",
    "MongoDB": "mongodb.component:MongoDB",
    "MongoDBArgs": "mongodb.component:MongoDBArgs",
    "MongoDBConnection": "mongodb.connection:MongoDBConnection",
    "Namespace": "namespace.component:Namespace",
    "NamespaceArgs": "namespace.component:NamespaceArgs",
    "Ollama": "ollama.component:Ollama",
    "OllamaArgs": "ollama.component:OllamaArgs",
    "OllamaConnection": "ollama.connection:OllamaConnection",
    "RedisConnection": "valkey.connection:RedisConnection",
    "Valkey": "valkey.component:Valkey",
    "ValkeyArgs": "valkey.component:ValkeyArgs",
    "external_meilisearch": "meilisearch.connection:external_connection",
    "external_mongodb": "mongodb.connection:external_connection",
}
"""Module and name of each public name."""


def __getattr__(name: str) -> Any:
    """Import a public name on first use.

    Commands that only read settings import this package too, and must not wait a second for the Kubernetes SDK.
    """
    if name not in _ORIGINS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _ORIGINS[name].partition(":")
    return getattr(import_module(f"{__name__}.{module}"), attribute)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
