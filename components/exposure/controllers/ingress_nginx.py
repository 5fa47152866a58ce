"""ingress-nginx, the retired controller of the Kubernetes project."""

from .controller import STREAM_TIMEOUT_SECONDS, Controller, Preset, ProxyPods, Route, allow_list

_PREFIX = "nginx.ingress.kubernetes.io"
_NETWORKS = f"{_PREFIX}/whitelist-source-range"


def _preset(route: Route) -> Preset:
    """Return the annotations; a body limit of 0 is none.

    Source: docs/user-guide/nginx-configuration/annotations.md.
    """
    return Preset(
        annotations={
            f"{_PREFIX}/proxy-read-timeout": str(STREAM_TIMEOUT_SECONDS),
            f"{_PREFIX}/proxy-send-timeout": str(STREAM_TIMEOUT_SECONDS),
            f"{_PREFIX}/proxy-buffering": "off",
            f"{_PREFIX}/proxy-request-buffering": "off",
            f"{_PREFIX}/proxy-body-size": f"{route.body_limit_mb}m",
            **allow_list(_NETWORKS, route),
        }
    )


CONTROLLER = Controller(
    name="ingress-nginx",
    preset=_preset,
    serves_ingress=True,
    pods=ProxyPods(
        namespace="ingress-nginx",
        labels={"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"},
    ),
    networks_annotation=_NETWORKS,
    retired=(
        "is retired since March 2026 and gets no more security fixes; "
        "docs/exposure.md shows the others (Kubernetes announced it in November 2025)"
    ),
)
