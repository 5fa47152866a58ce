"""Traefik, for Ingresses and HTTPRoutes."""

from collections.abc import Sequence

from .controller import UNLIMITED, Controller, Policy, Preset, ProxyPods, Route, extension

MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"
"""Annotation with the Middlewares of an Ingress, `<namespace>-<name>@kubernetescrd`, joined by commas."""


def _preset(route: Route) -> Preset:
    """Return the timeouts of an HTTPRoute, and a Middleware for allowed networks.

    Traefik streams, without a read timeout towards the application and without a limit on request bodies.

    Its Middleware `buffering` is the only upload limit that it has, and it holds back the answer as well: a stream
    would arrive in one piece at its end. So the limit is LibreChat's own. No Ingress can set the entry point's
    `transport.respondingTimeouts.readTimeout`, which is 60 s for a whole upload.

    Source: Traefik v3 documentation, middlewares/http/buffering, middlewares/http/ipallowlist, routing/entrypoints.
    """
    if not route.networks:
        return Preset(timeouts=UNLIMITED)
    middleware = f"{route.name}-allowed-networks"
    return Preset(
        middlewares=[middleware],
        policies=[
            Policy(
                api_version="traefik.io/v1alpha1",
                kind="Middleware",
                suffix="allowed-networks",
                spec={"ipAllowList": {"sourceRange": list(route.networks)}},
            )
        ],
        filters=[extension("traefik.io", "Middleware", middleware)],
        timeouts=UNLIMITED,
    )


def middleware_list(namespace: str, names: Sequence[str], own: str) -> str:
    """Return the value of the annotation `MIDDLEWARES`.

    Args:
        namespace: Namespace of the preset's Middlewares.
        names: Their names, which come first.
        own: The annotation as a person has set it; empty for none.
    """
    return ",".join([*(f"{namespace}-{name}@kubernetescrd" for name in names), *([own] if own else [])])


CONTROLLER = Controller(
    name="traefik",
    preset=_preset,
    serves_ingress=True,
    serves_http_route=True,
    pods=ProxyPods(namespace="traefik", labels={"app.kubernetes.io/name": "traefik"}),
)
