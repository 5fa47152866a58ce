"""The HAProxy controller of HAProxy Technologies (annotations `haproxy.org/`)."""

from .controller import STREAM_TIMEOUT_SECONDS, Controller, Preset, ProxyPods, Route, allow_list

_NETWORKS = "haproxy.org/allow-list"


def _preset(route: Route) -> Preset:
    """Return the annotations.

    Of its timeouts only `timeout-server` can be set for a single Ingress. That is the one that counts while an answer
    is awaited. It neither buffers nor limits a body.

    Source: haproxytech/kubernetes-ingress 3.2, documentation/annotations.md.
    """
    return Preset(
        annotations={"haproxy.org/timeout-server": f"{STREAM_TIMEOUT_SECONDS}s", **allow_list(_NETWORKS, route)}
    )


CONTROLLER = Controller(
    name="haproxy",
    preset=_preset,
    serves_ingress=True,
    pods=ProxyPods(namespace="haproxy-controller", labels={"app.kubernetes.io/name": "kubernetes-ingress"}),
    networks_annotation=_NETWORKS,
)
