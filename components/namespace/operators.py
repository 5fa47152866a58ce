"""What the people who operate an application can read in its namespace: everything but Secrets."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_kubernetes.rbac.v1 import PolicyRuleArgsDict

NAME = "operators-read"
"""Name of the Role and its binding."""

RESOURCES: dict[str, list[str]] = {
    "": [
        "configmaps",
        "endpoints",
        "events",
        "limitranges",
        "persistentvolumeclaims",
        "pods",
        "pods/log",
        "pods/status",
        "resourcequotas",
        "serviceaccounts",
        "services",
    ],
    "apps": ["controllerrevisions", "deployments", "replicasets", "statefulsets"],
    "autoscaling": ["horizontalpodautoscalers"],
    "batch": ["cronjobs", "jobs"],
    "discovery.k8s.io": ["endpointslices"],
    "events.k8s.io": ["events"],
    "gateway.networking.k8s.io": ["gateways", "httproutes"],
    "metrics.k8s.io": ["pods"],
    "networking.k8s.io": ["ingresses", "networkpolicies"],
    "policy": ["poddisruptionbudgets"],
}
"""Resources by API group. Not `secrets`, `pods/exec` or `serviceaccounts/token`: each gives access to credentials."""

VERBS = ["get", "list", "watch"]


def rules() -> "list[PolicyRuleArgsDict]":
    """Return the rules of the Role."""
    return [{"api_groups": [group], "resources": names, "verbs": VERBS} for group, names in RESOURCES.items()]
