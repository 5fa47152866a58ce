"""What is known of an ingress controller or an implementation of the Gateway API, in one record each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

STREAM_TIMEOUT_SECONDS = 3600
"""A model can take minutes to load and an answer minutes to write; the usual read timeout of 60 s cuts both."""

UNLIMITED: Mapping[str, str] = {"request": "0s", "backendRequest": "0s"}
"""Timeouts of an HTTPRoute turned off; an implementation's default may be 15 s for the whole request."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """An object of the controller's own kind, in the namespace of the Ingress or HTTPRoute.

    Attributes:
        api_version: Its API version.
        kind: Its kind.
        suffix: What is appended to the name of the Ingress or HTTPRoute.
        spec: Its specification.
    """

    api_version: str
    kind: str
    suffix: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What an Ingress or HTTPRoute gets for its controller.

    Attributes:
        annotations: Annotations of the Ingress.
        middlewares: Names of Traefik's Middlewares for an Ingress, in its namespace.
        policies: Objects beside the Ingress or HTTPRoute.
        filters: Filters of the HTTPRoute's rule.
        timeouts: Timeouts of the HTTPRoute's rule.
    """

    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    middlewares: Sequence[str] = ()
    policies: Sequence[Policy] = ()
    filters: Sequence[Mapping[str, Any]] = ()
    timeouts: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Route:
    """The Ingress or HTTPRoute that a preset is made for.

    Attributes:
        name: Its name.
        networks: Networks that are let in; none for all.
        body_limit_mb: Largest request body in MB, overhead included; 0 for no limit.
    """

    name: str
    networks: Sequence[str] = ()
    body_limit_mb: int = 0


@dataclass(frozen=True, kw_only=True)
class ProxyPods:
    """Where the usual installation of a controller has the pods that proxy.

    Attributes:
        namespace: Their namespace.
        labels: Their labels.
    """

    namespace: str
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Controller:
    """An ingress controller or an implementation of the Gateway API.

    Attributes:
        name: Its value of `exposure.controller`.
        preset: Return what an Ingress or HTTPRoute needs, so that streams are not cut and uploads get through.
        serves_ingress: Whether it serves Ingresses.
        serves_http_route: Whether it serves HTTPRoutes.
        pods: Where its usual installation has the pods that proxy; None if that is not known.
        pods_per_gateway: Whether it creates the pods for each Gateway, in the Gateway's namespace, with the label of
            GEP-1762.
        restricts_networks: Whether its preset keeps clients of other networks out.
        networks_annotation: Annotation of an Ingress with the networks that are let in; empty if it has none.
        retired: Why to choose another one, as the end of a sentence; empty if it is maintained.
    """

    name: str
    preset: Callable[[Route], Preset]
    serves_ingress: bool = False
    serves_http_route: bool = False
    pods: ProxyPods | None = None
    pods_per_gateway: bool = False
    restricts_networks: bool = True
    networks_annotation: str = ""
    retired: str = ""


def allow_list(annotation: str, route: Route) -> dict[str, str]:
    """Return the annotation with the networks that are let in; nothing if all are."""
    return {annotation: ",".join(route.networks)} if route.networks else {}


def target(route: Route) -> dict[str, str]:
    """Return the reference of a policy to its HTTPRoute."""
    return {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": route.name}


def extension(group: str, kind: str, name: str) -> dict[str, Any]:
    """Return the filter of an HTTPRoute's rule that refers to an object of the implementation's own."""
    return {"type": "ExtensionRef", "extensionRef": {"group": group, "kind": kind, "name": name}}
