"""A namespace with its labels and its Pod Security level."""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired, Required

from components.common import data_options
from components.kubernetes import MANAGED_BY, PART_OF

POD_SECURITY_VERSION = "v1.34"
"""Version of the Pod Security Standards that pods are held to; pinned, so that an upgraded cluster does not refuse
pods that it ran before."""


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


class Namespace(pulumi.ComponentResource):
    """A namespace that admits only pods of the Pod Security level `restricted`."""

    namespace_name: pulumi.Output[str]
    """Name of the namespace."""

    def __init__(self, name: str, args: NamespaceArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("ollama-librechat:index:Namespace", name, {}, opts)
        levels = {
            f"pod-security.kubernetes.io/{mode}{suffix}": value
            for mode in ("enforce", "audit", "warn")
            for suffix, value in (("", "restricted"), ("-version", POD_SECURITY_VERSION))
        }
        self.namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={
                "name": args["namespace"],
                "labels": {
                    **args.get("labels", {}),
                    "app": args["application"],
                    "env": args.get("environment", "development"),
                    "managed-by": MANAGED_BY,
                    "app.kubernetes.io/part-of": PART_OF,
                    "app.kubernetes.io/managed-by": MANAGED_BY,
                    **levels,
                },
            },
            opts=data_options(self, args.get("data_protection", False)),
        )
        self.namespace_name = self.namespace.metadata.apply(lambda metadata: metadata.name or args["namespace"])
        self.register_outputs({"namespace_name": self.namespace_name})
