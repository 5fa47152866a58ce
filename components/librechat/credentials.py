"""LibreChat's credentials: generated into a Secret, or taken from Secrets that are there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Required

from ..credentials import CREDS_IV_BYTES, CREDS_KEY_BYTES, JWT_SECRET_BYTES, hexadecimal
from ..meilisearch.component import MASTER_KEY
from ..network.policy import ServerPeer
from ..settings.base import secret_text
from ..settings.findings import Finding, SettingsError
from ..workload import manifests
from ..workload.workload import Workload, name_of
from .settings import LibreChatSettings

SECRET = "librechat-credentials-env"  # noqa: S105 - the name of a Secret
OWN_KEYS = ("JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV")


class OllamaConnection(TypedDict):
    """An Ollama server that LibreChat offers."""

    base_url: Required[pulumi.Input[str]]
    """In-cluster URL, without a slash at the end."""

    models: Required[Sequence[str]]
    """Models to offer while the server cannot be asked; at least one."""

    model_display_label: NotRequired[str]
    """Name shown for the assistant. Defaults to that of the settings' `endpoint`."""

    name: NotRequired[str]
    """Name of the endpoint; it has to begin with `Ollama`. Defaults to `"Ollama"`."""

    server: NotRequired[ServerPeer]
    """The server's pods, for the NetworkPolicy. Defaults to the port of the URL, anywhere."""


class Connections(TypedDict):
    """What LibreChat is wired to."""

    ollama: Required[Sequence[OllamaConnection]]
    """The Ollama servers, in the order in which they are shown."""

    mongo_uri: NotRequired[pulumi.Input[str]]
    """URI of the database, with user and password; treated as a secret. Defaults to none: it comes from a Secret."""

    mongo_uri_secret: NotRequired[pulumi.Input[str]]
    """Secret with the URI in its key `MONGO_URI`. Defaults to none."""

    mongo_ports: NotRequired[Sequence[int]]
    """Ports of a database outside the cluster, for the NetworkPolicy. Defaults to those of `mongo_uri`."""

    mongodb: NotRequired[ServerPeer]
    """The database's pods, for the NetworkPolicy. Defaults to none: it is outside the cluster."""

    redis_uri: NotRequired[pulumi.Input[str]]
    """URI of a Redis, with its password; treated as a secret. Defaults to that of the settings' `redis`."""

    redis_uri_secret: NotRequired[pulumi.Input[str]]
    """Secret with the URI in its key `REDIS_URI`. Defaults to that of the settings' `redis`."""

    valkey: NotRequired[ServerPeer]
    """The pods of that Redis, for the NetworkPolicy. Defaults to none: it is outside the cluster."""

    meilisearch_url: NotRequired[pulumi.Input[str]]
    """URL of Meilisearch. Defaults to none, and no search."""

    meilisearch_master_key: NotRequired[pulumi.Input[str]]
    """Its master key; treated as a secret. Defaults to none: it comes from a Secret."""

    meilisearch_master_key_secret: NotRequired[pulumi.Input[str]]
    """Secret with the master key in its key `MEILI_MASTER_KEY`. Defaults to none."""

    meilisearch: NotRequired[ServerPeer]
    """Meilisearch's pods, for the NetworkPolicy. Defaults to none: it is outside the cluster."""


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Where the pods have their credentials from.

    secret_name: name of LibreChat's own Secret.
    sources: the Secret's name for each variable.
    plain: variables that are connected with them and hold no secret.
    checksum: digest of what is generated, for the pod template; None where nothing is.
    """

    secret_name: pulumi.Output[str]
    sources: Mapping[str, pulumi.Input[str]] = field(repr=False)
    plain: Mapping[str, pulumi.Input[str]]
    checksum: pulumi.Output[str] | None


def uses_redis(settings: LibreChatSettings, args: Connections) -> bool:
    """Say whether the pods share a Redis: where it is connected, and where several pods need that of the settings."""
    return settings.most_replicas > 1 or is_redis_connected(args)


def is_redis_connected(args: Connections) -> bool:
    """Say whether a Redis is among the args, such as the Valkey of the stack."""
    return "redis_uri" in args or "redis_uri_secret" in args


def credentials(settings: LibreChatSettings, args: Connections, workload: Workload) -> Credentials:
    """Take the credentials from the existing Secret, or generate them.

    Raises SettingsError when it is nowhere said where the URI of the database is.
    """
    if settings.existing_secret:
        return _existing(settings, args)
    if "mongo_uri" not in args and "mongo_uri_secret" not in args:
        finding = Finding("mongo_uri", "", "is needed, or `mongo_uri_secret` with the name of a Secret")
        raise SettingsError([finding], f"the args of LibreChat {workload.resource_name!r}")
    values = _generate(settings, workload)
    sources: dict[str, pulumi.Input[str]] = {}
    if "mongo_uri_secret" in args:
        sources["MONGO_URI"] = args["mongo_uri_secret"]
    elif "mongo_uri" in args:
        values["MONGO_URI"] = args["mongo_uri"]
    if "meilisearch_url" in args:
        values["MEILI_HOST"] = args["meilisearch_url"]
        if "meilisearch_master_key_secret" in args:
            sources[MASTER_KEY] = args["meilisearch_master_key_secret"]
        else:
            values[MASTER_KEY] = args.get("meilisearch_master_key", "")
    if settings.redis.existing_secret:
        sources["REDIS_URI"] = settings.redis.existing_secret
    elif "redis_uri_secret" in args:
        sources["REDIS_URI"] = args["redis_uri_secret"]
    elif uses_redis(settings, args):
        values["REDIS_URI"] = args.get("redis_uri", secret_text(settings.redis.uri))
    # LibreChat does not read it itself; its retrieval service does.
    values["OLLAMA_BASE_URL"] = args["ollama"][0]["base_url"]
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


def _existing(settings: LibreChatSettings, args: Connections) -> Credentials:
    keys = [*OWN_KEYS, "MONGO_URI"]
    plain: dict[str, pulumi.Input[str]] = {"OLLAMA_BASE_URL": args["ollama"][0]["base_url"]}
    if "meilisearch_url" in args:
        keys.append(MASTER_KEY)
        plain["MEILI_HOST"] = args["meilisearch_url"]
    if uses_redis(settings, args):
        keys.append("REDIS_URI")
    return Credentials(
        secret_name=pulumi.Output.from_input(settings.existing_secret),
        sources=dict.fromkeys(keys, settings.existing_secret),
        plain=plain,
        checksum=None,
    )


def _generate(settings: LibreChatSettings, workload: Workload) -> dict[str, pulumi.Input[str]]:
    """Generate LibreChat's own credentials.

    Sessions may end, so JWT secrets are no data and are not protected: raising the number replaces them anywhere. What
    CREDS_KEY and CREDS_IV encrypted could never be read again.
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
    """Give a digest of all credentials. It may be seen: it covers 112 random bytes, which nobody can guess."""
    texts = pulumi.Output.all(*[values[key] for key in sorted(values)])
    return pulumi.Output.unsecret(texts.apply(lambda known: manifests.checksum(*known)))
