"""A namespace with its Pod Security level, NetworkPolicies, quota, container defaults and operators."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Required

from ..args import NetworkPoliciesArgs
from ..component import data_options
from ..context import network_policies
from ..network.egress_rules import to_dns
from ..workload.manifests import MANAGED_BY, PART_OF
from ..workload.names import name_of
from . import operators

POD_SECURITY_VERSION = "v1.34"
"""Version of the Pod Security Standards; pinned, so that an upgraded cluster still admits the same pods."""

QUOTA = "quota"
LIMITS = "container-defaults"
DEFAULT_DENY = "default-deny"
ALLOW_DNS = "allow-dns"


class ContainerDefaults(TypedDict, total=False):
    """What a LimitRange sets for containers without requests and limits."""

    default_request: Mapping[str, pulumi.Input[str]]
    """Requests by resource. Defaults to none."""

    default_limit: Mapping[str, pulumi.Input[str]]
    """Limits by resource. Defaults to none."""


class NamespaceArgs(TypedDict):
    """Args of `Namespace`."""

    namespace: Required[str]
    """Name of the namespace."""

    application: Required[str]
    """Application that lives in it, the label `app`."""

    environment: NotRequired[str]
    """Name of the environment, the label `env`. Defaults to `"development"`."""

    labels: NotRequired[Mapping[str, str]]
    """Further labels. Defaults to none."""

    data_protection: NotRequired[bool]
    """Whether the namespace is protected and outlives the stack, as the data in it does. Defaults to `False`."""

    network_policies: NotRequired[NetworkPoliciesArgs]
    """NetworkPolicies: everything is refused but name resolution, until a workload's own policy allows more.
    Defaults to none."""

    quota: NotRequired[Mapping[str, pulumi.Input[str]]]
    """Hard limits of its ResourceQuota. Defaults to no quota."""

    container_defaults: NotRequired[ContainerDefaults]
    """What its LimitRange gives containers that ask for nothing. Defaults to no LimitRange."""

    operator_group: NotRequired[str]
    """Group that may read everything in it but Secrets; empty for none. Defaults to `""`."""

    priority: NotRequired[int]
    """Priority of a PriorityClass that is named after the namespace; 0 for none. Defaults to `0`."""


class Namespace(pulumi.ComponentResource):
    """A namespace for pods of the Pod Security level `restricted`, with its policies, limits and operators.

    Example:
        ```python
        chat = Namespace("librechat", {"namespace": "chat", "application": "librechat", "network_policies": {}})
        ```
    """

    namespace_name: pulumi.Output[str]
    """Name of the namespace."""
    priority_class_name: pulumi.Output[str]
    """Name of the PriorityClass; empty without one."""

    def __init__(self, name: str, args: NamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ollama-librechat:index:Namespace", name, {}, opts)
        self._name = name
        self._labels = _labels(args)
        protected = args.get("data_protection", False)
        self.namespace = self._create_namespace(args["namespace"], protected)
        self.namespace_name = name_of(self.namespace.metadata, args["namespace"])
        # Deleted with the namespace, if that is deleted.
        self._options = pulumi.ResourceOptions(parent=self, deleted_with=None if protected else self.namespace)
        self._create_network_policies(args)
        self._create_quota(args)
        self._create_limit_range(args)
        self._create_operator_role(args.get("operator_group", ""))
        self.priority_class_name = self._create_priority_class(args["namespace"], args.get("priority", 0))
        self.register_outputs({"namespace_name": self.namespace_name, "priority_class_name": self.priority_class_name})

    def _metadata(self, name: str) -> k8s.meta.v1.ObjectMetaArgsDict:
        return {"name": name, "namespace": self.namespace_name, "labels": self._labels}

    def _create_namespace(self, name: str, protected: bool) -> k8s.core.v1.Namespace:
        return k8s.core.v1.Namespace(
            f"{self._name}-namespace",
            metadata={"name": name, "labels": {**self._labels, **_pod_security_labels()}},
            opts=data_options(self, protected),
        )

    def _create_network_policies(self, args: NamespaceArgs) -> None:
        """Refuse all traffic but name resolution, if policies are enabled."""
        settings = network_policies(args.get("network_policies"))
        if not settings.enabled:
            return
        k8s.networking.v1.NetworkPolicy(
            f"{self._name}-default-deny",
            metadata=self._metadata(DEFAULT_DENY),
            spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
            opts=self._options,
        )
        k8s.networking.v1.NetworkPolicy(
            f"{self._name}-allow-dns",
            metadata=self._metadata(ALLOW_DNS),
            spec={"pod_selector": {}, "policy_types": ["Egress"], "egress": [to_dns(settings.dns)]},
            opts=self._options,
        )

    def _create_quota(self, args: NamespaceArgs) -> None:
        if "quota" not in args:
            return
        k8s.core.v1.ResourceQuota(
            f"{self._name}-quota",
            metadata=self._metadata(QUOTA),
            spec={"hard": args["quota"]},
            opts=self._options,
        )

    def _create_limit_range(self, args: NamespaceArgs) -> None:
        if "container_defaults" not in args:
            return
        defaults = args["container_defaults"]
        limit: k8s.core.v1.LimitRangeItemArgsDict = {"type": "Container"}
        if requests := defaults.get("default_request"):
            limit["default_request"] = requests
        if limits := defaults.get("default_limit"):
            limit["default"] = limits
        k8s.core.v1.LimitRange(
            f"{self._name}-limit-range",
            metadata=self._metadata(LIMITS),
            spec={"limits": [limit]},
            opts=self._options,
        )

    def _create_operator_role(self, group: str) -> None:
        """Allow a group to read everything but Secrets."""
        if not group:
            return
        role = k8s.rbac.v1.Role(
            f"{self._name}-operators",
            metadata=self._metadata(operators.NAME),
            rules=operators.rules(),
            opts=self._options,
        )
        k8s.rbac.v1.RoleBinding(
            f"{self._name}-operators-binding",
            metadata=self._metadata(operators.NAME),
            role_ref={
                "api_group": "rbac.authorization.k8s.io",
                "kind": "Role",
                "name": name_of(role.metadata, operators.NAME),
            },
            subjects=[{"api_group": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
            opts=self._options,
        )

    def _create_priority_class(self, namespace: str, priority: int) -> pulumi.Output[str]:
        """Create the PriorityClass and return its name.

        It is cluster-scoped. Its name contains that of the namespace, so that no two stacks share it, and it is not
        deleted with the namespace.
        """
        if not priority:
            return pulumi.Output.from_input("")
        created = k8s.scheduling.v1.PriorityClass(
            f"{self._name}-priority-class",
            metadata={"name": f"{namespace}-gpu", "labels": self._labels},
            value=priority,
            # A pod waits for its GPU and evicts nobody for it.
            preemption_policy="Never",
            description=f"Pods in {namespace} that hold a GPU: a pod of a batch job does not take their place.",
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True, replace_on_changes=["value"]),
        )
        return name_of(created.metadata, f"{namespace}-gpu")


def _labels(args: NamespaceArgs) -> dict[str, str]:
    """Return the labels of the namespace and of the objects that hold for all pods in it."""
    return {
        **args.get("labels", {}),
        "app": args["application"],
        "env": args.get("environment", "development"),
        "managed-by": MANAGED_BY,
        "app.kubernetes.io/name": args["application"],
        "app.kubernetes.io/component": "namespace",
        "app.kubernetes.io/part-of": PART_OF,
        "app.kubernetes.io/managed-by": MANAGED_BY,
    }


def _pod_security_labels() -> dict[str, str]:
    """Return the labels that enforce, audit and warn of the Pod Security level `restricted`."""
    return {
        f"pod-security.kubernetes.io/{mode}{suffix}": value
        for mode in ("enforce", "audit", "warn")
        for suffix, value in (("", "restricted"), ("-version", POD_SECURITY_VERSION))
    }
