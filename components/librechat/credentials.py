"""LibreChat's credentials: generated into a Secret, or taken from existing Secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pulumi
import pulumi_kubernetes as k8s

from ..credentials import hexadecimal
from ..meilisearch.connection import MASTER_KEY
from ..settings.base import secret_text
from ..workload import manifests
from ..workload.names import name_of
from ..workload.workload import Workload
from .connections import Connections
from .settings import LibreChatSettings

SECRET = "librechat-credentials-env"  # noqa: S105 - the name of a Secret
CREDS_KEY_BYTES = 32
"""CREDS_KEY is 64 hexadecimal characters; another length fails at the first encryption, not at start."""
CREDS_IV_BYTES = 16
"""CREDS_IV is 32 hexadecimal characters."""
JWT_SECRET_BYTES = 32
OWN_KEYS = ("JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV")


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Where the pods get their credentials from.

    Attributes:
        secret_name: Name of LibreChat's own Secret.
        sources: Name of the Secret of each secret variable.
        plain: Variables of the connections that hold no secret.
        checksum: Digest of the generated Secret, for the pod template; None with an existing Secret.
    """

    secret_name: pulumi.Output[str]
    sources: Mapping[str, pulumi.Input[str]] = field(repr=False)
    plain: Mapping[str, pulumi.Input[str]]
    checksum: pulumi.Output[str] | None


def uses_redis(settings: LibreChatSettings, connections: Connections) -> bool:
    """Return whether the pods share a Redis: a connected one, or that of the settings where several pods need it."""
    return settings.most_replicas > 1 or "valkey" in connections


def credentials(settings: LibreChatSettings, connections: Connections, workload: Workload) -> Credentials:
    """Return the credentials of the existing Secret, or generate them into a new one."""
    if settings.existing_secret:
        return _existing(settings, connections)
    values = _generate(settings, workload)
    sources: dict[str, pulumi.Input[str]] = {}
    _connect_mongodb(connections, values, sources)
    _connect_meilisearch(connections, values, sources)
    if settings.redis.existing_secret:
        sources["REDIS_URI"] = settings.redis.existing_secret
    elif uses_redis(settings, connections):
        redis = connections.get("valkey", {})
        if "secret_name" in redis:
            sources["REDIS_URI"] = redis["secret_name"]
        else:
            values["REDIS_URI"] = redis.get("uri", secret_text(settings.redis.uri))
    # LibreChat does not read it itself; its retrieval service does.
    values["OLLAMA_BASE_URL"] = connections["ollama"][0]["base_url"]
    secrets = {key: pulumi.Output.secret(value) for key, value in values.items()}
    secret = k8s.core.v1.Secret(
        f"{workload.resource_name}-secret",
        metadata=workload.metadata(SECRET),
        type="Opaque",
        string_data=secrets,
        opts=workload.data_options(),
    )
    name = name_of(secret.metadata, SECRET)
    return Credentials(
        secret_name=name,
        sources={**dict.fromkeys(secrets, name), **sources},
        plain={},
        checksum=_checksum(secrets),
    )


def _connect_mongodb(
    connections: Connections, values: dict[str, pulumi.Input[str]], sources: dict[str, pulumi.Input[str]]
) -> None:
    """Add the URI of the database, or the name of the Secret that holds it."""
    mongodb = connections.get("mongodb", {})
    if "secret_name" in mongodb:
        sources["MONGO_URI"] = mongodb["secret_name"]
    elif "uri" in mongodb:
        values["MONGO_URI"] = mongodb["uri"]


def _connect_meilisearch(
    connections: Connections, values: dict[str, pulumi.Input[str]], sources: dict[str, pulumi.Input[str]]
) -> None:
    """Add URL and master key of Meilisearch, if there is one."""
    if "meilisearch" not in connections:
        return
    meilisearch = connections["meilisearch"]
    values["MEILI_HOST"] = meilisearch["url"]
    if "secret_name" in meilisearch:
        sources[MASTER_KEY] = meilisearch["secret_name"]
    else:
        values[MASTER_KEY] = meilisearch.get("master_key", "")


def _existing(settings: LibreChatSettings, connections: Connections) -> Credentials:
    keys = [*OWN_KEYS, "MONGO_URI"]
    plain: dict[str, pulumi.Input[str]] = {"OLLAMA_BASE_URL": connections["ollama"][0]["base_url"]}
    if "meilisearch" in connections:
        keys.append(MASTER_KEY)
        plain["MEILI_HOST"] = connections["meilisearch"]["url"]
    if uses_redis(settings, connections):
        keys.append("REDIS_URI")
    return Credentials(
        secret_name=pulumi.Output.from_input(settings.existing_secret),
        sources=dict.fromkeys(keys, settings.existing_secret),
        plain=plain,
        checksum=None,
    )


def _generate(settings: LibreChatSettings, workload: Workload) -> dict[str, pulumi.Input[str]]:
    """Generate LibreChat's own credentials.

    The JWT secrets are not protected: replacing them only ends sessions. CREDS_KEY and CREDS_IV are, because without
    them what they encrypted can never be read again.
    """

    def generated(part: str, length: int, protected: bool, rotation: int) -> pulumi.Output[str]:
        # No keeper for the first generation: adding one would replace what is there.
        keepers = {"rotation": str(rotation)} if rotation > 1 or part.startswith("jwt") else None
        name = f"{workload.resource_name}-{part}"
        return hexadecimal(name, length, parent=workload.parent, protected=protected, keepers=keepers)

    sessions, stored = settings.jwt_rotation, settings.rotate_credentials_and_lose_stored_keys
    return {
        "JWT_SECRET": generated("jwt-secret", JWT_SECRET_BYTES, False, sessions),
        "JWT_REFRESH_SECRET": generated("jwt-refresh-secret", JWT_SECRET_BYTES, False, sessions),
        "CREDS_KEY": generated("creds-key", CREDS_KEY_BYTES, workload.protected, stored),
        "CREDS_IV": generated("creds-iv", CREDS_IV_BYTES, workload.protected, stored),
    }


def _checksum(values: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[str]:
    """Return a digest of all credentials. It is no secret: it covers 112 random bytes, which nobody can guess."""
    texts = pulumi.Output.all(*[values[key] for key in sorted(values)])
    return pulumi.Output.unsecret(texts.apply(lambda known: manifests.checksum(*known)))
