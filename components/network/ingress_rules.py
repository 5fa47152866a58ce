"""Ingress rules of NetworkPolicies: the sources that connect to a workload."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ..exposure.settings import Exposure
from .peers import Peer, peer
from .ports import tcp
from .settings import IngressController

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgsDict

CONTROLLERS: Mapping[str, Peer] = {
    "ingress-nginx": {
        "namespace": "ingress-nginx",
        "pod_labels": {"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"},
    },
    "traefik": {"namespace": "traefik", "pod_labels": {"app.kubernetes.io/name": "traefik"}},
    "haproxy": {"namespace": "haproxy-controller", "pod_labels": {"app.kubernetes.io/name": "kubernetes-ingress"}},
    "haproxy-ingress": {
        "namespace": "ingress-controller",
        "pod_labels": {"app.kubernetes.io/name": "haproxy-ingress"},
    },
    "envoy-gateway": {
        "namespace": "envoy-gateway-system",
        "pod_labels": {"app.kubernetes.io/name": "envoy", "app.kubernetes.io/component": "proxy"},
    },
}
"""Where the usual installation of a controller has the pods that proxy, by the name in `exposure.controller`."""

GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
"""Label of the pods that an implementation creates for one Gateway, in the Gateway's namespace (GEP-1762)."""


def from_pods(clients: Iterable[Peer], port: int) -> "list[NetworkPolicyIngressRuleArgsDict]":
    """Allow connections from pods to a port; no rule at all without clients, because an empty one means everybody."""
    peers = [peer(client) for client in clients]
    return [{"from_": peers, "ports": tcp(port)}] if peers else []


def from_outside(
    exposure: Exposure, controller: IngressController, port: int
) -> "list[NetworkPolicyIngressRuleArgsDict]":
    """Allow connections from what brings traffic from outside the cluster to a port; none without exposure."""
    if exposure.type == "none":
        return []
    pods = controller_pods(exposure, controller)
    peers = [peer(pods)] if pods else []
    peers.extend({"ip_block": {"cidr": network}} for network in controller.networks)
    return [{"from_": peers, "ports": tcp(port)}] if peers else []


def controller_pods(exposure: Exposure, controller: IngressController) -> Peer | None:
    """Give the pods of the controller: as set, else those of its usual installation; None if neither is known."""
    usual = CONTROLLERS.get(exposure.controller)
    if exposure.controller == "nginx-gateway-fabric" and exposure.gateway.name:
        usual = Peer(pod_labels={GATEWAY_LABEL: exposure.gateway.name})
        if exposure.gateway.namespace:
            usual["namespace"] = exposure.gateway.namespace
    labels = controller.pod_labels or (usual["pod_labels"] if usual else {})
    if controller.namespace:
        return Peer(pod_labels=labels, namespace=controller.namespace)
    if usual is None:
        return None
    found = Peer(pod_labels=labels)
    if "namespace" in usual:
        found["namespace"] = usual["namespace"]
    return found
