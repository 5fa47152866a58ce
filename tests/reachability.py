"""Which pods reach which, computed from NetworkPolicies as the API defines them.

Works on objects as in their manifests, of a mocked program or of a live cluster alike.
Source of the semantics: https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]
Flow = tuple[str, str, str, int]
"""Source, target, protocol and port; a pod is `namespace/name`."""


@dataclass(frozen=True)
class End:
    """One end of a connection: a pod, or an address outside the cluster.

    address: what an `ipBlock` is compared with; empty where it is not known, and then no block matches.
    ports: number by name, for policies that name a port.
    """

    name: str
    namespace: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    address: str = ""
    ports: tuple[tuple[str, str, int], ...] = ()


def outside(address: str) -> End:
    """An address that belongs to no pod."""
    return End(address, address=address)


def end(pod: Object) -> End:
    """A pod as an end of a connection."""
    metadata = pod["metadata"]
    containers = pod["spec"].get("containers", [])
    declared = (
        (port.get("name", ""), port.get("protocol", "TCP"), int(port["containerPort"]))
        for container in containers
        for port in container.get("ports") or []
    )
    return End(
        name=f"{metadata['namespace']}/{metadata['name']}",
        namespace=metadata["namespace"],
        labels=tuple(sorted(metadata.get("labels", {}).items())),
        address=pod.get("status", {}).get("podIP", ""),
        ports=tuple(sorted(declared)),
    )


def matches(selector: Object, labels: Mapping[str, str]) -> bool:
    """Whether a label selector selects; an empty one selects everything."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_expression(expression, labels) for expression in selector.get("matchExpressions") or [])


def _expression(expression: Object, labels: Mapping[str, str]) -> bool:
    key, operator = expression["key"], expression["operator"]
    rules: dict[str, Callable[[], bool]] = {
        "In": lambda: labels.get(key) in expression["values"],
        "NotIn": lambda: labels.get(key) not in expression["values"],
        "Exists": lambda: key in labels,
        "DoesNotExist": lambda: key not in labels,
    }
    return rules[operator]()


def _types(policy: Object) -> list[str]:
    spec = policy["spec"]
    return spec.get("policyTypes") or ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _in_block(block: Object, address: str) -> bool:
    if not address:
        return False
    own = ipaddress.ip_address(address)

    def inside(network: str) -> bool:
        parsed = ipaddress.ip_network(network)
        return parsed.version == own.version and own in parsed

    return inside(block["cidr"]) and not any(inside(network) for network in block.get("except") or [])


def _is_peer(peer: Object, policy: Object, other: End, namespaces: Mapping[str, Mapping[str, str]]) -> bool:
    if "ipBlock" in peer:
        return _in_block(peer["ipBlock"], other.address)
    if not other.namespace:
        return False
    if "namespaceSelector" in peer:
        if not matches(peer["namespaceSelector"], namespaces[other.namespace]):
            return False
    elif other.namespace != policy["metadata"]["namespace"]:
        return False
    return matches(peer.get("podSelector") or {}, dict(other.labels))


def _is_port(rule: Object, target: End, protocol: str, port: int) -> bool:
    if rule.get("protocol", "TCP") != protocol:
        return False
    wanted = rule.get("port")
    if wanted is None:
        return True
    if isinstance(wanted, str):
        return (wanted, protocol, port) in target.ports
    return int(wanted) <= port <= int(rule.get("endPort", wanted))


def _allows(
    policies: Iterable[Object],
    namespaces: Mapping[str, Mapping[str, str]],
    direction: str,
    ends: tuple[End, End],
    connection: tuple[str, int],
) -> bool:
    """Whether the policies of the first end let a connection through, in one direction."""
    own, other = ends
    target = other if direction == "Egress" else own
    selecting = [
        policy
        for policy in policies
        if policy["metadata"]["namespace"] == own.namespace
        and direction in _types(policy)
        and matches(policy["spec"].get("podSelector") or {}, dict(own.labels))
    ]
    if not selecting:
        return True
    key = "to" if direction == "Egress" else "from"
    for policy in selecting:
        for rule in policy["spec"].get(direction.lower()) or []:
            peers, ports = rule.get(key) or [], rule.get("ports") or []
            if (not peers or any(_is_peer(peer, policy, other, namespaces) for peer in peers)) and (
                not ports or any(_is_port(port, target, *connection) for port in ports)
            ):
                return True
    return False


def connects(
    policies: Sequence[Object], namespaces: Iterable[Object], source: End, target: End, connection: tuple[str, int]
) -> bool:
    """Whether one end reaches a port (protocol and number) of another: neither the source nor the target refuses."""
    labels = {
        found["metadata"]["name"]: {
            **(found["metadata"].get("labels") or {}),
            "kubernetes.io/metadata.name": found["metadata"]["name"],
        }
        for found in namespaces
    }
    return (not source.namespace or _allows(policies, labels, "Egress", (source, target), connection)) and (
        not target.namespace or _allows(policies, labels, "Ingress", (target, source), connection)
    )


def reachable(policies: Sequence[Object], pods: Iterable[Object], namespaces: Sequence[Object]) -> set[Flow]:
    """Every port that a pod declares and another pod reaches, for every pair of pods."""
    return set(_flows(policies, [end(pod) for pod in pods], namespaces))


def _flows(policies: Sequence[Object], ends: Sequence[End], namespaces: Sequence[Object]) -> Iterator[Flow]:
    for source in ends:
        for target in ends:
            if source.name == target.name:
                continue  # a pod always reaches itself
            for _, protocol, port in target.ports:
                if connects(policies, namespaces, source, target, (protocol, port)):
                    yield source.name, target.name, protocol, port
