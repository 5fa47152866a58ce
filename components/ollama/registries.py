"""Registries that Ollama downloads models from, as destinations of its NetworkPolicy."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..network.egress_rules import is_address, to_internet
from ..network.ports import HTTPS, tcp

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

PUBLIC_REGISTRIES = frozenset({"", "registry.ollama.ai", "ollama.com", "hf.co", "huggingface.co"})
"""Hosts of models on the Internet, which the rule for the Internet covers; the empty one is that of a bare name."""


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
        if is_address(name):
            rule["to"] = [{"ip_block": {"cidr": f"{name}/32"}}]
        rules.append(rule)
    return rules


def _has_host(model: str) -> bool:
    """Tell `registry.example.org/team/model` from `team/model`, as Ollama does by the number of parts."""
    head, slash, _ = model.partition("/")
    return bool(slash) and ("." in head or ":" in head or head == "localhost")
