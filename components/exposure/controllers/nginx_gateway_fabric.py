"""NGINX Gateway Fabric from 2.6 on."""

from .controller import STREAM_TIMEOUT_SECONDS, Controller, Policy, Preset, Route, extension, target

_GROUP = "gateway.nginx.org"
_API_VERSION = f"{_GROUP}/v1alpha1"


def _preset(route: Route) -> Preset:
    """Return the policies beside the HTTPRoute.

    It takes timeouts from its own policy and not from the HTTPRoute. Allowed networks need its option `snippets`;
    without it the route answers 500, which lets nobody in either.

    Source: nginx/nginx-gateway-fabric v2.6.7, apis/v1alpha1/{clientsettingspolicy,proxysettingspolicy,
    snippetsfilter}_types.go.
    """
    policies = [_uploads(route), _streaming(route)]
    if not route.networks:
        return Preset(policies=policies)
    return Preset(
        policies=[*policies, _allowed_networks(route)],
        filters=[extension(_GROUP, "SnippetsFilter", f"{route.name}-allowed-networks")],
    )


def _uploads(route: Route) -> Policy:
    return Policy(
        api_version=_API_VERSION,
        kind="ClientSettingsPolicy",
        suffix="uploads",
        spec={
            "targetRef": target(route),
            "body": {"maxSize": f"{route.body_limit_mb}m" if route.body_limit_mb else "0"},
        },
    )


def _streaming(route: Route) -> Policy:
    timeout = f"{STREAM_TIMEOUT_SECONDS}s"
    return Policy(
        api_version=_API_VERSION,
        kind="ProxySettingsPolicy",
        suffix="streaming",
        spec={
            "targetRefs": [target(route)],
            "buffering": {"disable": True},
            "timeout": {"read": timeout, "send": timeout},
        },
    )


def _allowed_networks(route: Route) -> Policy:
    directives = "".join(f"allow {network}; " for network in route.networks)
    return Policy(
        api_version=_API_VERSION,
        kind="SnippetsFilter",
        suffix="allowed-networks",
        spec={"snippets": [{"context": "http.server.location", "value": f"{directives}deny all;"}]},
    )


CONTROLLER = Controller(
    name="nginx-gateway-fabric",
    preset=_preset,
    serves_http_route=True,
    pods_per_gateway=True,
)
