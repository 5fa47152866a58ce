"""What LibreChat needs to know of its database."""

from collections.abc import Sequence
from typing import TypedDict

import pulumi

from ..network.peers import ServerPeer
from .settings import ExternalMongoDB

PORT = 27017
"""Port of MongoDB's pod and Service."""


class MongoDBConnection(TypedDict, total=False):
    """A MongoDB that LibreChat keeps its data in: its URI, or the Secret that holds it."""

    uri: pulumi.Input[str]
    """URI with user and password; treated as a secret. Defaults to none: it comes from a Secret."""

    secret_name: pulumi.Input[str]
    """Secret with the URI in its key `MONGO_URI`. Defaults to none."""

    ports: Sequence[int]
    """Ports of a database outside the cluster, for the NetworkPolicy. Defaults to those of `uri`."""

    server: ServerPeer
    """The database's pods, for the NetworkPolicy. Defaults to none: it is outside the cluster."""


def external_connection(settings: ExternalMongoDB) -> MongoDBConnection:
    """Return the connection of a MongoDB outside the stack."""
    if settings.existing_secret:
        return {"secret_name": settings.existing_secret, "ports": [settings.port]}
    return {"uri": pulumi.Output.secret(settings.uri.get_secret_value())}
