"""HAProxy Ingress, the community's HAProxy controller (annotations `haproxy-ingress.github.io/`)."""

from .controller import STREAM_TIMEOUT_SECONDS, Controller, Preset, ProxyPods, Route, allow_list

_PREFIX = "haproxy-ingress.github.io"
_NETWORKS = f"{_PREFIX}/allowlist-source-range"


def _preset(route: Route) -> Preset:
    """Return the annotations.

    Source: jcmoraisjr/haproxy-ingress, docs/content/en/docs/configuration/keys.md.
    """
    limit = {f"{_PREFIX}/proxy-body-size": f"{route.body_limit_mb}m"} if route.body_limit_mb else {}
    return Preset(
        annotations={
            f"{_PREFIX}/timeout-server": f"{STREAM_TIMEOUT_SECONDS}s",
            **limit,
            **allow_list(_NETWORKS, route),
        }
    )


CONTROLLER = Controller(
    name="haproxy-ingress",
    preset=_preset,
    serves_ingress=True,
    pods=ProxyPods(namespace="ingress-controller", labels={"app.kubernetes.io/name": "haproxy-ingress"}),
    networks_annotation=_NETWORKS,
)
