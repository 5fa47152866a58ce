"""What LibreChat needs to know of the Redis that its pods share."""

from typing import TypedDict

import pulumi

from ..network.peers import ServerPeer


class RedisConnection(TypedDict, total=False):
    """A Redis, or a Valkey, that several pods of LibreChat share: its URI, or the Secret that holds it."""

    uri: pulumi.Input[str]
    """URI with the password; treated as a secret. Defaults to none: it comes from a Secret."""

    secret_name: pulumi.Input[str]
    """Secret with the URI in its key `REDIS_URI`. Defaults to none."""

    server: ServerPeer
    """Its pods, for the NetworkPolicy. Defaults to none: it is outside the cluster."""
