"""Pods at the ends of a flow, as components name them to each other, and their selectors."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypedDict

import pulumi
from typing_extensions import NotRequired, Required

from ..workload.manifests import NAME_LABEL

if TYPE_CHECKING:
    from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict
    from pulumi_kubernetes.networking.v1 import NetworkPolicyPeerArgsDict


class Peer(TypedDict):
    """Pods at one end of a flow."""

    pod_labels: Required[Mapping[str, str]]
    """Labels that select them; empty for every pod of the namespace."""

    former_name: NotRequired[str]
    """Label `app.kubernetes.io/name` of the pods that another method runs until these are Ready. Defaults to none."""

    namespace: NotRequired[pulumi.Input[str]]
    """Their namespace. Defaults to that of the policy."""


class ServerPeer(Peer):
    """Pods that answer on a port."""

    port: Required[int]
    """Port that the pods listen on, which is not always that of their Service."""


def label_selector(pods: Peer) -> "LabelSelectorArgsDict":
    """Return the label selector of pods, including the former ones."""
    labels = dict(pods["pod_labels"])
    former = pods.get("former_name")
    if not former:
        return {"match_labels": labels}
    names = [labels.pop(NAME_LABEL), former]
    return {"match_labels": labels, "match_expressions": [{"key": NAME_LABEL, "operator": "In", "values": names}]}


def peer(pods: Peer) -> "NetworkPolicyPeerArgsDict":
    """Return the peer of a NetworkPolicy that selects pods, with both selectors in one entry.

    Two entries would select every pod of that namespace, and pods with these labels in the policy's own.
    """
    result: NetworkPolicyPeerArgsDict = {"pod_selector": label_selector(pods)}
    if "namespace" in pods:
        result["namespace_selector"] = {"match_labels": {"kubernetes.io/metadata.name": pods["namespace"]}}
    return result
