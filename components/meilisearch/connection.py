"""What LibreChat needs to know of its full-text search."""

from typing import TypedDict

import pulumi
from typing_extensions import NotRequired, Required

from ..network.peers import ServerPeer
from .settings import ExternalMeilisearch

MASTER_KEY = "MEILI_MASTER_KEY"
"""Key of the Secret, and the environment variable of the server and of LibreChat."""


class MeilisearchConnection(TypedDict):
    """A Meilisearch that LibreChat searches with: its URL, and its master key or the Secret that holds it."""

    url: Required[pulumi.Input[str]]
    """URL, without a slash at the end."""

    master_key: NotRequired[pulumi.Input[str]]
    """Its master key; treated as a secret. Defaults to none: it comes from a Secret."""

    secret_name: NotRequired[pulumi.Input[str]]
    """Secret with the master key in its key `MEILI_MASTER_KEY`. Defaults to none."""

    server: NotRequired[ServerPeer]
    """Meilisearch's pods, for the NetworkPolicy. Defaults to the port of the URL, anywhere."""


def external_connection(settings: ExternalMeilisearch) -> MeilisearchConnection:
    """Return the connection of a Meilisearch outside the stack."""
    if settings.existing_secret:
        return {"url": settings.url, "secret_name": settings.existing_secret}
    return {"url": settings.url, "master_key": pulumi.Output.secret(settings.master_key.get_secret_value())}
