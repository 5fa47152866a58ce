"""Egress rules of NetworkPolicies: what a workload connects to."""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pulumi

from .peers import ServerPeer, peer
from .ports import tcp, url_port
from .settings import Dns

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict, NetworkPolicyPeerArgsDict

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
"""Networks that are not the Internet: private, shared and link-local ones. Nodes, Services, other pods and the cloud's
metadata server are there. Source: RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291."""


def to_server(server: ServerPeer) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow connections to the pods of a server."""
    return {"to": [peer(server)], "ports": tcp(server["port"])}


def to_dns(dns: Dns) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow name resolution. NodeLocal DNSCache has an address of the node, which only an IP block selects."""
    peers = [peer({"namespace": dns.namespace, "pod_labels": dns.pod_labels})]
    if dns.node_local_address:
        peers.append({"ip_block": {"cidr": f"{dns.node_local_address}/32"}})
    # NodeLocal DNSCache listens on 53, whatever the port of the pods is.
    numbers = sorted({dns.port, 53} if dns.node_local_address else {dns.port})
    return {
        "to": peers,
        "ports": [{"protocol": protocol, "port": number} for number in numbers for protocol in ("UDP", "TCP")],
    }


def to_internet(*ports: int) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow connections to ports on the Internet, but not on private networks."""
    blocks: list[NetworkPolicyPeerArgsDict] = [
        {"ip_block": {"cidr": cidr, "except_": list(private)}} for cidr, private in PRIVATE_NETWORKS.items()
    ]
    return {"to": blocks, "ports": tcp(*ports)}


def to_ports(ports: pulumi.Input[Sequence[int]]) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow connections to ports on any host, because NetworkPolicies cannot name hosts."""
    known = pulumi.Output.from_input(ports)
    return {"ports": known.apply(lambda numbers: tcp(*(int(number) for number in numbers)))}


def to_url(url: str) -> "NetworkPolicyEgressRuleArgsDict":
    """Allow connections to the host of a URL: only to it if it is an IPv4 address, else to its port on any host."""
    rule: NetworkPolicyEgressRuleArgsDict = {"ports": tcp(url_port(url))}
    host = urlsplit(url).hostname or ""
    if is_address(host):
        rule["to"] = [{"ip_block": {"cidr": f"{host}/32"}}]
    return rule


def is_address(host: str) -> bool:
    """Return whether a host is an IPv4 address."""
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True
