"""Rules on what is reached from outside the cluster."""

from collections.abc import Iterator

from ..settings.findings import Finding
from .controllers import CONTROLLERS
from .settings import Exposure


def check_exposure(settings: Exposure, path: str) -> Iterator[Finding]:
    """Refuse an exposure that lacks something, or that its controller does not support.

    Args:
        settings: The exposure.
        path: Its key path.
    """
    if settings.type == "none":
        return
    if not settings.host:
        yield Finding(f"{path}.host", '""', f"`{path}.type: {settings.type}` needs a host name")
    if settings.type == "HTTPRoute":
        yield from _http_route(settings, path)
    elif not CONTROLLERS[settings.controller].serves_ingress:
        rule = f"is no controller of Ingresses, set `{path}.type: HTTPRoute`"
        yield Finding(f"{path}.controller", f'"{settings.controller}"', rule)
    if settings.tls.issuer and not settings.tls.secret_name:
        yield Finding(f"{path}.tls.secretName", '""', f"`{path}.tls.issuer` needs the Secret to fill")
    yield from _allowed_networks(settings, path)


def _http_route(settings: Exposure, path: str) -> Iterator[Finding]:
    if not settings.gateway.name:
        yield Finding(f"{path}.gateway.name", '""', f"`{path}.type: HTTPRoute` needs the name of a Gateway")
    if not CONTROLLERS[settings.controller].serves_http_route:
        names = ", ".join(controller.name for controller in CONTROLLERS.values() if controller.serves_http_route)
        rule = f"is no implementation of HTTPRoute, write one of {names}"
        yield Finding(f"{path}.controller", f'"{settings.controller}"', rule)
    if settings.tls.secret_name:
        rule = "an HTTPRoute has no TLS: give the Secret to the Gateway's listener, and its name to "
        yield Finding(f"{path}.tls.secretName", f'"{settings.tls.secret_name}"', f"{rule}`{path}.gateway.sectionName`")


def _allowed_networks(settings: Exposure, path: str) -> Iterator[Finding]:
    """Refuse an allow-list that would silently have no effect."""
    if not settings.allowed_networks:
        return
    controller = CONTROLLERS[settings.controller]
    if not controller.restricts_networks:
        rule = (
            f"`{path}.controller: {controller.name}` does not say how to keep others out: write it in "
            f"`{path}.annotations` and remove this"
        )
        yield Finding(f"{path}.allowedNetworks", ", ".join(settings.allowed_networks), rule)
    annotation = controller.networks_annotation
    if annotation in settings.annotations:
        rule = f"would replace `{path}.allowedNetworks`, remove one of the two"
        yield Finding(f'{path}.annotations["{annotation}"]', f'"{settings.annotations[annotation]}"', rule)


def retired_controller(settings: Exposure, path: str) -> Iterator[str]:
    """Warn of a controller that gets no more fixes.

    Args:
        settings: The exposure.
        path: Its key path.
    """
    controller = CONTROLLERS[settings.controller]
    if settings.type != "none" and controller.retired:
        yield f"`{path}.controller: {controller.name}` {controller.retired}"
