"""Envoy Gateway."""

from .controller import UNLIMITED, Controller, Policy, Preset, ProxyPods, Route, target

_API_VERSION = "gateway.envoyproxy.io/v1alpha1"


def _preset(route: Route) -> Preset:
    """Return the timeouts of the HTTPRoute and the policies beside it.

    Envoy Gateway takes a disabled request timeout as a disabled idle timeout of the stream too, and never buffers an
    answer. `requestBuffer` holds back the request alone, and answers 413 to a larger one.

    Source: envoyproxy/gateway, internal/xds/translator/route.go (idleTimeout); documentation v1.10, tasks
    traffic/request-buffering and security/restrict-ip-access.
    """
    policies: list[Policy] = []
    if route.body_limit_mb:
        policies.append(_uploads(route))
    if route.networks:
        policies.append(_allowed_networks(route))
    return Preset(policies=tuple(policies), timeouts=UNLIMITED)


def _uploads(route: Route) -> Policy:
    return Policy(
        api_version=_API_VERSION,
        kind="BackendTrafficPolicy",
        suffix="uploads",
        # Merged, because a route's policy would otherwise replace what the Gateway's says.
        spec={
            "targetRefs": [target(route)],
            "mergeType": "StrategicMerge",
            "requestBuffer": {"limit": f"{route.body_limit_mb}Mi"},
        },
    )


def _allowed_networks(route: Route) -> Policy:
    rule = {"name": "allowed-networks", "action": "Allow", "principal": {"clientCIDRs": list(route.networks)}}
    return Policy(
        api_version=_API_VERSION,
        kind="SecurityPolicy",
        suffix="allowed-networks",
        spec={"targetRefs": [target(route)], "authorization": {"defaultAction": "Deny", "rules": [rule]}},
    )


CONTROLLER = Controller(
    name="envoy-gateway",
    preset=_preset,
    serves_http_route=True,
    pods=ProxyPods(
        namespace="envoy-gateway-system",
        labels={"app.kubernetes.io/name": "envoy", "app.kubernetes.io/component": "proxy"},
    ),
)
