"""The NetworkPolicy of a workload."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pulumi_kubernetes as k8s

from ..workload.workload import Workload
from .peers import label_selector

if TYPE_CHECKING:
    from pulumi_kubernetes.networking.v1 import NetworkPolicyEgressRuleArgsDict, NetworkPolicyIngressRuleArgsDict


def network_policy(
    workload: Workload,
    *,
    ingress: "Sequence[NetworkPolicyIngressRuleArgsDict]" = (),
    egress: "Sequence[NetworkPolicyEgressRuleArgsDict]" = (),
    extra_egress: Sequence[Mapping[str, Any]] = (),
) -> k8s.networking.v1.NetworkPolicy | None:
    """Create the NetworkPolicy of a workload's pods, unless policies are off. It refuses whatever no rule allows.

    Args:
        workload: The workload.
        ingress: Rules for connections to its pods. Defaults to none.
        egress: Rules for connections from its pods. Defaults to none.
        extra_egress: Further egress rules, written as in a manifest. Defaults to none.
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
