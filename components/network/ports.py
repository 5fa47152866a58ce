"""Ports of NetworkPolicies, and those in URLs and connection strings."""

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyPortArgsDict

HTTPS = 443


def tcp(*numbers: int) -> "list[NetworkPolicyPortArgsDict]":
    """Return TCP ports as a rule has them."""
    return [{"protocol": "TCP", "port": number} for number in numbers]


def uri_ports(uri: str, default: int) -> list[int]:
    """Return the ports in a connection string, for example `mongodb://user:password@a:27017,b:27018/database`.

    Args:
        uri: The connection string; it may name several hosts.
        default: Port of a host without one, and for `mongodb+srv`, where DNS names the port.
    """
    ports: set[int] = set()
    for single in re.split(r",(?=[a-z+]+://)", uri):
        authority = re.split(r"[/?#]", single.partition("://")[2], maxsplit=1)[0]
        for host in authority.rpartition("@")[2].split(","):
            port = re.search(r":(\d{1,5})$", host)
            ports.add(int(port[1]) if port else default)
    return sorted(ports)


def url_port(url: str) -> int:
    """Return the port of an HTTP URL."""
    parts = urlsplit(url)
    return parts.port or (HTTPS if parts.scheme == "https" else 80)
