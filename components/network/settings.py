"""Settings of the NetworkPolicies."""

from typing import Annotated, Any

from pydantic import Field

from ..settings.base import Section
from ..settings.types import DnsLabel, Labels, Networks, OptionalDnsLabel
from ..workload.settings import Port


class IngressController(Section):
    """The pods of the ingress controller or the Gateway."""

    namespace: OptionalDnsLabel = ""
    """Namespace of these pods; empty for the one where `exposure.controller` is usually installed."""
    pod_labels: Labels = {}
    """Labels of these pods; empty for the usual ones of `exposure.controller`. With the controller `other`, empty means
    every pod in `namespace`."""
    networks: Networks = []
    """Networks that may connect to the exposed pods directly, for example `10.0.0.0/16`: that of a cloud load balancer,
    or that of the nodes if the controller runs in the host network."""


class Prometheus(Section):
    """The Prometheus pods that scrape LibreChat's metrics."""

    enabled: bool = False
    """Whether these pods may connect to LibreChat."""
    namespace: DnsLabel = "monitoring"
    """Namespace of these pods."""
    pod_labels: Labels = {"app.kubernetes.io/name": "prometheus"}
    """Labels of these pods."""


class Dns(Section):
    """The pods that serve DNS."""

    namespace: DnsLabel = "kube-system"
    """Namespace of these pods."""
    pod_labels: Labels = {"k8s-app": "kube-dns"}
    """Labels of these pods."""
    port: Port = 53
    """Port that these pods listen on, UDP and TCP; 5353 on OpenShift."""
    node_local_address: Annotated[str, Field(pattern=r"^$|^\d{1,3}(\.\d{1,3}){3}$")] = "169.254.20.10"
    """Address of NodeLocal DNSCache on every node; empty for none."""


class ExtraEgress(Section):
    """Additional egress rules, as in the spec of a NetworkPolicy."""

    librechat: list[dict[str, Any]] = []
    """Rules for LibreChat, for example for OAuth, web search, MCP servers, remote models or mail."""
    ollama: list[dict[str, Any]] = []
    """Rules for Ollama, for example for a proxy in front of the model registry."""


class NetworkPolicies(Section):
    """NetworkPolicies: only the connections that the stack needs are allowed. The network plugin must enforce them."""

    enabled: bool = True
    """Whether to create NetworkPolicies."""
    ingress_controller: IngressController = IngressController()
    """The pods of the ingress controller or the Gateway."""
    prometheus: Prometheus = Prometheus()
    """The Prometheus pods that scrape LibreChat's metrics."""
    dns: Dns = Dns()
    """The pods that serve DNS."""
    extra_egress: ExtraEgress = ExtraEgress()
    """Additional egress rules."""
