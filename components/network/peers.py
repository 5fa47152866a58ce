"""Pods at the ends of a flow, as components name them to each other."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
from typing_extensions import NotRequired, Required


class Peer(TypedDict):
    """Pods at one end of a flow."""

    pod_labels: Required[Mapping[str, str]]
    """Labels that select them; none for every pod of the namespace."""

    former_name: NotRequired[str]
    """Label `app.kubernetes.io/name` of the pods that another method runs until these are Ready. Defaults to none."""

    namespace: NotRequired[pulumi.Input[str]]
    """Their namespace. Defaults to that of the policy."""


class ServerPeer(Peer):
    """Pods that answer on a port."""

    port: Required[int]
    """Port that the pods listen on, which is not always that of their Service."""
