"""Rules on what is reached from outside the cluster."""

from collections.abc import Iterator

from ..settings.findings import Finding
from .presets import NETWORK_ANNOTATIONS
from .settings import Exposure

INGRESS = ("ingress-nginx", "traefik", "haproxy", "haproxy-ingress", "other")
"""Controllers of Ingresses."""

HTTP_ROUTE = ("traefik", "envoy-gateway", "nginx-gateway-fabric", "other")
"""Implementations of HTTPRoute that there is a preset for, and the ones that there is none for."""


def check_exposure(settings: Exposure, prefix: str) -> Iterator[Finding]:
    """Refuse an exposure that lacks something, or that its controller does not know.

    prefix: key path of the exposure.
    """
    if settings.type == "none":
        return
    if not settings.host:
        yield Finding(f"{prefix}.host", '""', f"`{prefix}.type: {settings.type}` needs a host name")
    if settings.type == "HTTPRoute":
        yield from _http_route(settings, prefix)
    elif settings.controller not in INGRESS:
        rule = f"is no controller of Ingresses, set `{prefix}.type: HTTPRoute`"
        yield Finding(f"{prefix}.controller", f'"{settings.controller}"', rule)
    if settings.tls.issuer and not settings.tls.secret_name:
        yield Finding(f"{prefix}.tls.secretName", '""', f"`{prefix}.tls.issuer` needs the Secret to fill")
    yield from _networks(settings, prefix)


def _http_route(settings: Exposure, prefix: str) -> Iterator[Finding]:
    if not settings.gateway.name:
        yield Finding(f"{prefix}.gateway.name", '""', f"`{prefix}.type: HTTPRoute` needs the name of a Gateway")
    if settings.controller not in HTTP_ROUTE:
        rule = f"is no implementation of HTTPRoute, write one of {', '.join(HTTP_ROUTE)}"
        yield Finding(f"{prefix}.controller", f'"{settings.controller}"', rule)
    if settings.tls.secret_name:
        rule = "an HTTPRoute has no TLS: give the Secret to the Gateway's listener, and its name to "
        yield Finding(
            f"{prefix}.tls.secretName", f'"{settings.tls.secret_name}"', f"{rule}`{prefix}.gateway.sectionName`"
        )


def _networks(settings: Exposure, prefix: str) -> Iterator[Finding]:
    """Refuse an allow-list that would have no effect: nothing would say so."""
    if not settings.allowed_networks:
        return
    if settings.controller == "other":
        rule = (
            f"`{prefix}.controller: other` does not say how to keep others out: write it in `{prefix}.annotations` "
            "and remove this"
        )
        yield Finding(f"{prefix}.allowedNetworks", ", ".join(settings.allowed_networks), rule)
    annotation = NETWORK_ANNOTATIONS.get(settings.controller)
    if annotation in settings.annotations:
        rule = f"would replace `{prefix}.allowedNetworks`, remove one of the two"
        yield Finding(f'{prefix}.annotations["{annotation}"]', f'"{settings.annotations[annotation]}"', rule)


def retired_controller(settings: Exposure, prefix: str) -> Iterator[str]:
    """Warn of a controller that gets no more fixes.

    prefix: key path of the exposure.
    """
    if settings.type == "Ingress" and settings.controller == "ingress-nginx":
        yield (
            f"`{prefix}.controller: ingress-nginx` is retired since March 2026 and gets no more security fixes; "
            "docs/exposure.md shows the others (Kubernetes announced it in November 2025)"
        )
