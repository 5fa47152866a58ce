"""Registries that Ollama downloads models from, as egress rules of its NetworkPolicy."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..network.egress_rules import is_address, to_internet
from ..network.ports import HTTPS, tcp

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict

PUBLIC_REGISTRIES = frozenset({"", "registry.ollama.ai", "ollama.com", "hf.co", "huggingface.co"})
"""Hosts on the Internet, which the rule for the Internet covers; models without a host have the empty one."""


def to_registries(models: Iterable[str]) -> "list[NetworkPolicyEgressRuleArgsDict]":
    """Allow downloads of models from the Internet, and from private registries that the models' names contain.

    Where the host is an IP address, only that address is allowed. NetworkPolicies know no host names, so that for any
    other host its port is allowed everywhere.
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
    """Return whether a model's name begins with a host, as in `registry.example.org/team/model`."""
    head, slash, _ = model.partition("/")
    return bool(slash) and ("." in head or ":" in head or head == "localhost")
