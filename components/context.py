"""What all components of a stack share, resolved once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, TypeVar, cast

import pulumi
from typing_extensions import Required

from .args import NetworkPoliciesArgs
from .exposure.rules import check_exposure
from .exposure.settings import Exposure
from .network.settings import NetworkPolicies
from .settings.base import Section
from .settings.findings import Finding
from .settings.resolve import resolve
from .workload.rules import limit_below_request

S = TypeVar("S", bound=Section)
Args = TypeVar("Args")

DEFAULT_CLUSTER_DOMAIN = "cluster.local"


class CommonArgs(TypedDict, total=False):
    """Args of every component."""

    namespace: Required[pulumi.Input[str]]
    """Existing namespace."""

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


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every component of a stack needs besides its own settings.

    Attributes:
        namespace: Namespace of the component.
        labels: Labels added to every object.
        image_registry: Mirror in front of every image; empty for each image's own registry.
        image_pull_secrets: Names of Secrets for a registry with a login.
        data_protection: Whether what holds data is protected and outlives the stack.
        network_policies: NetworkPolicies; off by default, because nobody's clients are known then.
        cluster_domain: DNS domain of the cluster.
    """

    namespace: pulumi.Input[str]
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    image_registry: str = ""
    image_pull_secrets: Sequence[str] = ()
    data_protection: bool = False
    network_policies: NetworkPolicies = field(default_factory=lambda: NetworkPolicies(enabled=False))
    cluster_domain: str = DEFAULT_CLUSTER_DOMAIN

    @classmethod
    def from_args(cls, args: CommonArgs) -> "Context":
        """Resolve the common args of a component.

        Raises:
            SettingsError: `network_policies` were refused; it holds every finding.
        """
        return cls(
            namespace=args["namespace"],
            labels=args.get("labels", {}),
            image_registry=args.get("image_registry", ""),
            image_pull_secrets=args.get("image_pull_secrets", ()),
            data_protection=args.get("data_protection", False),
            network_policies=network_policies(args.get("network_policies")),
            cluster_domain=args.get("cluster_domain", DEFAULT_CLUSTER_DOMAIN),
        )

    def inside(self, namespace: pulumi.Input[str]) -> "Context":
        """Return the same context in another namespace."""
        return replace(self, namespace=namespace)

    def service_url(self, name: str, port: int) -> pulumi.Output[str]:
        """Return the in-cluster URL of a Service in the namespace, without a slash at the end."""
        return pulumi.Output.concat("http://", name, ".", self.namespace, f".svc.{self.cluster_domain}:{port}")


def network_policies(args: NetworkPoliciesArgs | NetworkPolicies | None) -> NetworkPolicies:
    """Resolve the args of the NetworkPolicies; None switches them off, and settings are taken as they are.

    Raises:
        SettingsError: the args were refused; it holds every finding.
    """
    if args is None:
        return NetworkPolicies(enabled=False)
    if isinstance(args, NetworkPolicies):
        return args
    return resolve(NetworkPolicies, args, NetworkPoliciesArgs, (), "`network_policies`")


class _Checked(dict[str, Any]):
    """Args whose settings were checked together with the rest of their stack."""

    def __init__(self, settings: Section, context: Context, own: Mapping[str, Any]) -> None:
        super().__init__(own)
        self.settings = settings
        self.context = context


def checked_args(args_type: type[Args], settings: Section, context: Context, own: Mapping[str, Any]) -> Args:
    """Return the args of a component for settings that its stack has checked already.

    Args:
        args_type: TypedDict of the component's args.
        settings: The component's settings, checked by the rules of the stack.
        context: What all components share.
        own: The rest of the args.
    """
    del args_type  # the caller's way to say what this is
    return cast("Args", _Checked(settings, context, own))


def _exposure(settings: Section, prefix: str) -> Iterator[Finding]:
    """Apply the rules on exposure to settings that have one."""
    exposure = getattr(settings, "exposure", None)
    if isinstance(exposure, Exposure):
        yield from check_exposure(exposure, f"{prefix}exposure")


_SHARED_RULES = (_exposure, limit_below_request)
"""Rules on sections that several components have."""


def resolve_args(
    model: type[S],
    args: CommonArgs,
    args_type: type,
    rules: Sequence[Callable[[S, str], Iterator[Finding]]],
    source: str,
) -> tuple[S, Context]:
    """Return the settings and the context in the args of a component.

    Args of `checked_args` are taken as they are. Any others get their defaults, and are held to the component's rules.

    Args:
        model: Settings of the component.
        args: Args of the component.
        args_type: TypedDict of the args, which says what keys there are.
        rules: Rules that concern more than one setting.
        source: What the args belong to, for the message.

    Raises:
        SettingsError: settings were refused; it holds every finding.
    """
    if isinstance(args, _Checked):
        return cast("S", args.settings), args.context
    return resolve(model, args, args_type, (*_SHARED_RULES, *rules), source), Context.from_args(args)
