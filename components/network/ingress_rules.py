"""Ingress rules of NetworkPolicies: who connects to a workload."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import pulumi

from ..exposure.controllers import CONTROLLERS
from ..exposure.settings import Exposure
from .peers import Peer, peer
from .ports import tcp
from .settings import IngressController

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgsDict

GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
"""Label of the pods that an implementation creates for one Gateway, in the Gateway's namespace (GEP-1762)."""


def from_pods(clients: Iterable[Peer], port: int) -> "list[NetworkPolicyIngressRuleArgsDict]":
    """Allow connections from pods to a port; no rule at all without clients, because an empty one allows everybody."""
    peers = [peer(client) for client in clients]
    return [{"from_": peers, "ports": tcp(port)}] if peers else []


def from_outside(
    exposure: Exposure, controller: IngressController, port: int
) -> "list[NetworkPolicyIngressRuleArgsDict]":
    """Allow connections from the pods and networks that bring traffic from outside the cluster; none if not exposed.

    Args:
        exposure: How the workload is exposed.
        controller: Where the controller is, if not where its usual installation has it.
        port: Port of the workload's pods.
    """
    if exposure.type == "none":
        return []
    pods = controller_pods(exposure, controller)
    peers = [peer(pods)] if pods else []
    peers.extend({"ip_block": {"cidr": network}} for network in controller.networks)
    return [{"from_": peers, "ports": tcp(port)}] if peers else []


def controller_pods(exposure: Exposure, controller: IngressController) -> Peer | None:
    """Return the pods of the controller: as set, else those of its usual installation; None if neither is known."""
    usual = _usual_pods(exposure)
    labels = controller.pod_labels or (usual["pod_labels"] if usual else {})
    if controller.namespace:
        return Peer(pod_labels=labels, namespace=controller.namespace)
    if usual is None:
        return None
    return _peer(labels, usual.get("namespace", ""))


def _usual_pods(exposure: Exposure) -> Peer | None:
    known = CONTROLLERS[exposure.controller]
    gateway = exposure.gateway
    if known.pods_per_gateway and gateway.name:
        return _peer({GATEWAY_LABEL: gateway.name}, gateway.namespace)
    return _peer(known.pods.labels, known.pods.namespace) if known.pods else None


def _peer(labels: Mapping[str, str], namespace: pulumi.Input[str]) -> Peer:
    """Return pods; an empty namespace is that of the policy."""
    return Peer(pod_labels=labels, namespace=namespace) if namespace else Peer(pod_labels=labels)
