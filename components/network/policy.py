"""NetworkPolicies: pure functions for the two ends of a flow, and the resources made of them."""

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pulumi
import pulumi_kubernetes as k8s

from ..exposure.settings import Exposure
from ..workload.manifests import NAME_LABEL
from ..workload.workload import Workload
from .peers import Peer, ServerPeer
from .settings import Dns, IngressController

if TYPE_CHECKING:
    from pulumi_kubernetes.meta.v1 import LabelSelectorArgsDict
    from pulumi_kubernetes.networking.v1 import (
        NetworkPolicyEgressRuleArgsDict,
        NetworkPolicyIngressRuleArgsDict,
        NetworkPolicyPeerArgsDict,
        NetworkPolicyPortArgsDict,
    )

HTTPS = 443


PRIVATE_NETWORKS: Mapping[str, tuple[str, ...]] = {
    "0.0.0.0/0": (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
    ),
    "::/0": ("fc00::/7", "fe80::/10"),
}
"""What is not the Internet: private, shared and link-local networks, where nodes, Services, other pods and the cloud's
metadata server live. Source: RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291."""

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

PUBLIC_REGISTRIES = frozenset({"", "registry.ollama.ai", "ollama.com", "hf.co", "huggingface.co"})
"""Hosts of models on the Internet, which the rule for the Internet covers; the empty one is that of a bare name."""


def label_selector(pods: Peer) -> "LabelSelectorArgsDict":
    """Return the selector of pods, former ones included."""
    labels = dict(pods["pod_labels"])
    former = pods.get("former_name")
    if not former:
        return {"match_labels": labels}
    names = [labels.pop(NAME_LABEL), former]
    return {"match_labels": labels, "match_expressions": [{"key": NAME_LABEL, "operator": "In", "values": names}]}


def peer(pods: Peer) -> "NetworkPolicyPeerArgsDict":
    """Give one peer, with both selectors in it.

    As two peers they would mean the whole namespace, and these labels in the policy's own namespace.
    """
    result: NetworkPolicyPeerArgsDict = {"pod_selector": label_selector(pods)}
    if "namespace" in pods:
        result["namespace_selector"] = {"match_labels": {"kubernetes.io/metadata.name": pods["namespace"]}}
    return result


def tcp(*numbers: int) -> "list[NetworkPolicyPortArgsDict]":
    """Give TCP ports of pods."""
    return [{"protocol": "TCP", "port": number} for number in numbers]


def to_server(server: ServerPeer) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow connections to the pods of a server."""
    return {"to": [peer(server)], "ports": tcp(server["port"])}


def to_dns(dns: Dns) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow name resolution; the node-local cache has an address of the node's, which only a network selects."""
    peers = [peer({"namespace": dns.namespace, "pod_labels": dns.pod_labels})]
    if dns.node_local_address:
        peers.append({"ip_block": {"cidr": f"{dns.node_local_address}/32"}})
    # The node-local cache listens on 53, whatever the port of the pods is.
    numbers = sorted({dns.port, 53} if dns.node_local_address else {dns.port})
    return {
        "to": peers,
        "ports": [{"protocol": protocol, "port": number} for number in numbers for protocol in ("UDP", "TCP")],
    }


def to_internet(*ports: int) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow connections to ports of the Internet, and to no private network."""
    blocks: list[NetworkPolicyPeerArgsDict] = [
        {"ip_block": {"cidr": cidr, "except_": list(private)}} for cidr, private in PRIVATE_NETWORKS.items()
    ]
    return {"to": blocks, "ports": tcp(*ports)}


def to_ports(ports: pulumi.Input[Sequence[int]]) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow connections to ports of anywhere: NetworkPolicies know no host names."""
    known = pulumi.Output.from_input(ports)
    return {"ports": known.apply(lambda numbers: tcp(*(int(number) for number in numbers)))}


def to_url(url: str) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow connections to the host of a URL: to that alone where it is an address, else to its port anywhere."""
    rule: NetworkPolicyEgressRuleArgsDict = {"ports": tcp(url_port(url))}
    host = urlsplit(url).hostname or ""
    if _is_address(host):
        rule["to"] = [{"ip_block": {"cidr": f"{host}/32"}}]
    return rule


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


def to_registries(models: Iterable[str]) -> "list[NetworkPolicyEgressRuleArgsDict]":
    """Allow downloads of models: from the Internet, and from the hosts that own registries have in the models' names.

    A host that is an address is allowed alone; of a host with a name only the port can be.
    """
    hosts = {model.partition("/")[0] if _has_host(model) else "" for model in models}
    rules: list[NetworkPolicyEgressRuleArgsDict] = []
    if hosts & PUBLIC_REGISTRIES:
        rules.append(to_internet(HTTPS))
    for host in sorted(hosts - PUBLIC_REGISTRIES):
        name, _, port = host.partition(":")
        rule: NetworkPolicyEgressRuleArgsDict = {"ports": tcp(int(port or HTTPS))}
        if _is_address(name):
            rule["to"] = [{"ip_block": {"cidr": f"{name}/32"}}]
        rules.append(rule)
    return rules


def _is_address(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _has_host(model: str) -> bool:
    """Tell `registry.example.org/team/model` from `team/model`, as Ollama does by the number of parts."""
    head, slash, _ = model.partition("/")
    return bool(slash) and ("." in head or ":" in head or head == "localhost")


def uri_ports(uri: str, default: int) -> list[int]:
    """Give the ports of a connection string, for example `mongodb://user:password@a:27017,b:27018/database`.

    default: port where the string names none; also for `mongodb+srv`, where DNS does.
    """
    ports: set[int] = set()
    for single in re.split(r",(?=[a-z+]+://)", uri):
        authority = re.split(r"[/?#]", single.partition("://")[2], maxsplit=1)[0]
        for host in authority.rpartition("@")[2].split(","):
            port = re.search(r":(\d{1,5})$", host)
            ports.add(int(port[1]) if port else default)
    return sorted(ports)


def url_port(url: str) -> int:
    """Give the port of an HTTP URL."""
    parts = urlsplit(url)
    return parts.port or (HTTPS if parts.scheme == "https" else 80)


def network_policy(
    workload: Workload,
    *,
    ingress: "Sequence[NetworkPolicyIngressRuleArgsDict]" = (),
    egress: "Sequence[NetworkPolicyEgressRuleArgsDict]" = (),
    extra_egress: Sequence[Mapping[str, Any]] = (),
) -> k8s.networking.v1.NetworkPolicy | None:
    """Create the policy of a workload's pods, unless policies are off. What it does not allow is refused.

    extra_egress: rules as a manifest writes them.
    """
    if not workload.context.network_policies.enabled:
        return None
    rules: Any = [*egress, *extra_egress]
    return k8s.networking.v1.NetworkPolicy(
        f"{workload.resource_name}-network-policy",
        metadata=workload.metadata(),
        spec={
            "pod_selector": label_selector(workload.pods),
            "policy_types": ["Ingress", "Egress"],
            "ingress": list(ingress),
            "egress": rules,
        },
        opts=workload.options(),
    )
