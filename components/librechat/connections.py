"""What LibreChat is connected to."""

from collections.abc import Sequence
from typing import TypedDict

from typing_extensions import NotRequired, Required

from ..meilisearch.connection import MeilisearchConnection
from ..mongodb.connection import MongoDBConnection
from ..ollama.connection import OllamaConnection
from ..settings.findings import Finding
from ..valkey.connection import RedisConnection
from .rules import shared_redis
from .settings import LibreChatSettings


class Connections(TypedDict):
    """The servers that LibreChat is connected to: the output `connection` of their components."""

    ollama: Required[Sequence[OllamaConnection]]
    """The Ollama servers, in the order in which they are shown."""

    mongodb: NotRequired[MongoDBConnection]
    """The database. Defaults to none: its URI is in the Secret that `existing_secret` names."""

    meilisearch: NotRequired[MeilisearchConnection]
    """Full-text search. Defaults to none."""

    valkey: NotRequired[RedisConnection]
    """The Redis that several pods share. Defaults to the `redis` of the settings."""


def missing(settings: LibreChatSettings, connections: Connections) -> list[Finding]:
    """Return a finding for each connection that LibreChat needs and does not have."""
    findings = list(shared_redis(settings, "", connected="valkey" in connections))
    if not connections["ollama"] or not all(server["models"] for server in connections["ollama"]):
        rule = "needs at least one server, each with at least one model: LibreChat does not start without"
        findings.append(Finding("ollama", "", rule))
    mongodb = connections.get("mongodb", {})
    if not settings.existing_secret and "uri" not in mongodb and "secret_name" not in mongodb:
        findings.append(Finding("mongodb", "", "needs its `uri`, or `secret_name` with the name of a Secret"))
    return findings
