"""Rules of LibreChat's NetworkPolicy: who may connect to its pods, and what these may connect to."""

from typing import TYPE_CHECKING

import pulumi

from ..mongodb.connection import PORT as MONGODB_PORT
from ..network.egress_rules import to_internet, to_ports, to_server
from ..network.ingress_rules import from_outside, from_pods
from ..network.peers import Peer
from ..network.ports import HTTPS, uri_ports, url_port
from ..network.settings import NetworkPolicies
from ..settings.base import secret_text
from .connections import Connections
from .paths import PORT
from .settings import LibreChatSettings

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict as EgressRule
    from pulumi_kubernetes.networking.v1 import NetworkPolicyIngressRuleArgsDict as IngressRule


def ingress(settings: LibreChatSettings, policies: NetworkPolicies) -> "list[IngressRule]":
    """Allow connections from what exposes LibreChat, and from Prometheus."""
    prometheus = policies.prometheus
    scrapers: list[Peer] = [{"namespace": prometheus.namespace, "pod_labels": prometheus.pod_labels}]
    return [
        *from_outside(settings.exposure, policies.ingress_controller, PORT),
        *from_pods(scrapers if prometheus.enabled or settings.metrics.enabled else (), PORT),
    ]


def to_mongodb(connections: Connections) -> "EgressRule":
    """Allow connections to the database."""
    mongodb = connections.get("mongodb", {})
    if "server" in mongodb:
        return to_server(mongodb["server"])
    if "ports" in mongodb or "uri" not in mongodb:
        return to_ports(mongodb.get("ports", [MONGODB_PORT]))
    return to_ports(_ports(mongodb["uri"], MONGODB_PORT))


def egress(settings: LibreChatSettings, connections: Connections) -> "list[EgressRule]":
    """Allow connections to what LibreChat is connected to, apart from the database."""
    rules: list[EgressRule] = [
        to_server(server["server"]) if "server" in server else _to_url(server["base_url"])
        for server in connections["ollama"]
    ]
    if "meilisearch" in connections:
        search = connections["meilisearch"]
        rules.append(to_server(search["server"]) if "server" in search else _to_url(search["url"]))
    if settings.files.strategy == "s3":
        endpoint = settings.files.s3.endpoint
        rules.append(to_ports([url_port(endpoint)]) if endpoint else to_internet(HTTPS))
    redis = connections.get("valkey", {})
    if "server" in redis:
        rules.append(to_server(redis["server"]))
    elif settings.redis.existing_secret or (settings.existing_secret and settings.most_replicas > 1):
        rules.append(to_ports([settings.redis.port]))
    elif settings.most_replicas > 1:
        rules.append(to_ports(_ports(secret_text(settings.redis.uri), settings.redis.port)))
    return rules


def _to_url(url: pulumi.Input[str]) -> "EgressRule":
    return to_ports(pulumi.Output.from_input(url).apply(lambda known: [url_port(known)]))


def _ports(uri: pulumi.Input[str], default: int) -> pulumi.Output[list[int]]:
    """Return the ports of a secret URI, and nothing else of it."""
    return pulumi.Output.unsecret(pulumi.Output.from_input(uri).apply(lambda text: uri_ports(text, default)))
