"""What every component of this package takes besides its settings."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import pulumi

from .args import NetworkPoliciesArgs
from .component import Component


class CommonArgs(TypedDict, total=False):
    """Args of every component."""

    labels: Mapping[str, str]
    """Labels added to every object. Defaults to none."""

    image_registry: str
    """Mirror in front of every image; empty for each image's own registry. Defaults to `""`."""

    image_pull_secrets: Sequence[str]
    """Names of Secrets for a registry with a login. Defaults to none."""

    data_protection: bool
    """Whether what holds data is protected and outlives the stack. Defaults to `False`."""

    network_policies: NetworkPoliciesArgs
    """NetworkPolicies: a workload's pods talk to what they need and to nothing else. Defaults to none."""

    cluster_domain: str
    """DNS domain of the cluster. Defaults to `"cluster.local"`."""


DEFAULT_CLUSTER_DOMAIN = "cluster.local"


def service_url(name: str, namespace: pulumi.Input[str], port: int, domain: str) -> pulumi.Output[str]:
    """Give the in-cluster URL of a Service, without a slash at the end."""
    return pulumi.Output.concat("http://", name, ".", namespace, f".svc.{domain}:{port}")


def child_options(parent: pulumi.Resource, **more: Any) -> pulumi.ResourceOptions:
    """Give the options of a child: it goes with what its component goes with, unless they say `deleted_with=None`."""
    more.setdefault("deleted_with", parent.deleted_with if isinstance(parent, Component) else None)
    return pulumi.ResourceOptions(parent=parent, **more)


def data_options(parent: pulumi.Resource, protected: bool, **more: Any) -> pulumi.ResourceOptions:
    """Give the options of what holds data: protected and retained together, or neither.

    A retained volume without its password, or a retained password without its volume, would be of no use.
    """
    return child_options(
        parent,
        protect=protected or None,
        retain_on_delete=protected or None,
        **more,
    )


def timeouts(seconds: int) -> pulumi.CustomTimeouts:
    """Give the deadline for creating and updating a workload. It is not inherited, so every child gets its own."""
    return pulumi.CustomTimeouts(create=f"{seconds}s", update=f"{seconds}s")
