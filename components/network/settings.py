"""Settings of the NetworkPolicies."""

from typing import Annotated, Any

from pydantic import Field

from ..settings.base import Section
from ..settings.types import DnsLabel, Labels, Networks, OptionalDnsLabel
from ..workload.settings import Port


class IngressController(Section):
    """The pods that bring traffic from outside the cluster."""

    namespace: OptionalDnsLabel = ""
    """Namespace of the controller's pods, or of the Gateway's; empty for that of the usual installation of
    `exposure.controller`."""
    pod_labels: Labels = {}
    """Labels of its pods; empty for those of the usual installation of `exposure.controller`, and for every pod of
    `namespace` if that is `other`."""
    networks: Networks = []
    """Networks that reach the pods directly, for example `10.0.0.0/16`: those of a cloud load balancer, or of the nodes
    if the controller runs on their network."""


class Prometheus(Section):
    """The pods that collect LibreChat's metrics."""

    enabled: bool = False
    """Whether they may reach LibreChat."""
    namespace: DnsLabel = "monitoring"
    """Their namespace."""
    pod_labels: Labels = {"app.kubernetes.io/name": "prometheus"}
    """Their labels."""


class Dns(Section):
    """The pods that resolve names."""

    namespace: DnsLabel = "kube-system"
    """Their namespace."""
    pod_labels: Labels = {"k8s-app": "kube-dns"}
    """Their labels."""
    port: Port = 53
    """Port that the pods listen on, UDP and TCP; 5353 on OpenShift."""
    node_local_address: Annotated[str, Field(pattern=r"^$|^\d{1,3}(\.\d{1,3}){3}$")] = "169.254.20.10"
    """Address of NodeLocal DNSCache on every node; empty for none."""


class ExtraEgress(Section):
    """Further egress rules, as in the specification of a NetworkPolicy."""

    librechat: list[dict[str, Any]] = []
    """Rules for LibreChat: OAuth, web search, MCP servers, remote models, mail."""
    ollama: list[dict[str, Any]] = []
    """Rules for Ollama: a proxy in front of the registry of models."""


class NetworkPolicies(Section):
    """Who may talk to whom, where the cluster's network plugin enforces NetworkPolicies; all else is refused."""

    enabled: bool = True
    """Whether there are NetworkPolicies."""
    ingress_controller: IngressController = IngressController()
    """The pods in front of what is exposed."""
    prometheus: Prometheus = Prometheus()
    """The pods that collect metrics."""
    dns: Dns = Dns()
    """The pods that resolve names."""
    extra_egress: ExtraEgress = ExtraEgress()
    """Further egress rules."""
