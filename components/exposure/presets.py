"""What each proxy in front of an application needs, so that streams are not cut and uploads get through.

Pure functions: annotations where the implementation reads them, its own policy objects where it does not.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .settings import Exposure

STREAM_TIMEOUT_SECONDS = 3600
"""A model can take minutes to load and an answer minutes to write; the usual read timeout of 60 s cuts both."""

MULTIPART_OVERHEAD_MB = 5
"""A proxy counts the whole request body: the file, and around it the headers and the other fields of the form."""

NETWORK_ANNOTATIONS: Mapping[str, str] = {
    "ingress-nginx": "nginx.ingress.kubernetes.io/whitelist-source-range",
    "haproxy": "haproxy.org/allow-list",
    "haproxy-ingress": "haproxy-ingress.github.io/allowlist-source-range",
}
"""Annotation with the networks that are let in, by controller."""

TRAEFIK_MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"
"""Annotation with the Middlewares of an Ingress, `<namespace>-<name>@kubernetescrd`, joined by commas."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """An object of the implementation's own, in the namespace of the Ingress or HTTPRoute.

    suffix: what is appended to the name of the Ingress or HTTPRoute.
    """

    api_version: str
    kind: str
    suffix: str
    spec: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What an Ingress or HTTPRoute gets for its controller.

    annotations: of the Ingress or HTTPRoute.
    middlewares: names of Traefik's Middlewares for an Ingress, in its namespace.
    policies: objects beside it.
    filters: of the HTTPRoute's rule.
    timeouts: of the HTTPRoute's rule.
    """

    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    middlewares: Sequence[str] = ()
    policies: Sequence[Policy] = ()
    filters: Sequence[Mapping[str, Any]] = ()
    timeouts: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a preset is made for.

    name: name of the Ingress or HTTPRoute.
    networks: networks that are let in; none for all.
    body_limit_mb: largest request body in MB, overhead included; 0 for none.
    """

    name: str
    networks: Sequence[str]
    body_limit_mb: int


def body_limit(upload_limit_mb: int) -> int:
    """Give the limit of a request body in MB for files of a size; 0 stays none."""
    return upload_limit_mb + MULTIPART_OVERHEAD_MB if upload_limit_mb else 0


def _networks(controller: str, wanted: Wanted) -> dict[str, str]:
    return {NETWORK_ANNOTATIONS[controller]: ",".join(wanted.networks)} if wanted.networks else {}


def _ingress_nginx(wanted: Wanted) -> Preset:
    """Give the preset of ingress-nginx; a body limit of 0 is none.

    Source: docs/user-guide/nginx-configuration/annotations.md.
    """
    prefix = "nginx.ingress.kubernetes.io"
    return Preset(
        annotations={
            f"{prefix}/proxy-read-timeout": str(STREAM_TIMEOUT_SECONDS),
            f"{prefix}/proxy-send-timeout": str(STREAM_TIMEOUT_SECONDS),
            f"{prefix}/proxy-buffering": "off",
            f"{prefix}/proxy-request-buffering": "off",
            f"{prefix}/proxy-body-size": f"{wanted.body_limit_mb}m",
            **_networks("ingress-nginx", wanted),
        }
    )


def _haproxy(wanted: Wanted) -> Preset:
    """Give the preset of HAProxy Technologies' controller.

    Of its timeouts only `timeout-server` can be set for one Ingress, and it is the
    one that counts while an answer is awaited; it neither buffers nor limits a body.

    Source: haproxytech/kubernetes-ingress 3.2, documentation/annotations.md.
    """
    return Preset(
        annotations={"haproxy.org/timeout-server": f"{STREAM_TIMEOUT_SECONDS}s", **_networks("haproxy", wanted)}
    )


def _haproxy_ingress(wanted: Wanted) -> Preset:
    """Give the preset of the community's controller.

    Source: jcmoraisjr/haproxy-ingress, docs/content/en/docs/configuration/keys.md.
    """
    prefix = "haproxy-ingress.github.io"
    limit = {f"{prefix}/proxy-body-size": f"{wanted.body_limit_mb}m"} if wanted.body_limit_mb else {}
    return Preset(
        annotations={
            f"{prefix}/timeout-server": f"{STREAM_TIMEOUT_SECONDS}s",
            **limit,
            **_networks("haproxy-ingress", wanted),
        }
    )


UNLIMITED: Mapping[str, str] = {"request": "0s", "backendRequest": "0s"}
"""Timeouts of an HTTPRoute turned off; an implementation's default may be 15 s for the whole request."""


def _traefik(wanted: Wanted) -> Preset:
    """Give the preset of Traefik: it streams, without a read timeout towards the application and a limit of a body.

    Its Middleware `buffering` is the only limit there is, and it holds back the answer as well: a stream would arrive
    in one piece at its end. So the limit is LibreChat's own. What no Ingress can set is the entry point's
    `transport.respondingTimeouts.readTimeout`, 60 s for a whole upload.

    Source: Traefik v3 documentation, middlewares/http/buffering, middlewares/http/ipallowlist, routing/entrypoints.
    """
    if not wanted.networks:
        return Preset(timeouts=UNLIMITED)
    middleware = f"{wanted.name}-allowed-networks"
    return Preset(
        middlewares=[middleware],
        policies=[
            Policy(
                api_version="traefik.io/v1alpha1",
                kind="Middleware",
                suffix="allowed-networks",
                spec={"ipAllowList": {"sourceRange": list(wanted.networks)}},
            )
        ],
        filters=[_extension("traefik.io", "Middleware", middleware)],
        timeouts=UNLIMITED,
    )


def _envoy_gateway(wanted: Wanted) -> Preset:
    """Give the preset of Envoy Gateway.

    It takes a disabled request timeout as a disabled idle timeout of the stream too, and never buffers an
    answer. `requestBuffer` holds back the request alone, and answers 413 to a larger one.

    Source: envoyproxy/gateway, internal/xds/translator/route.go (idleTimeout); documentation v1.10, tasks
    traffic/request-buffering and security/restrict-ip-access.
    """
    target = {"targetRefs": [_target(wanted.name)]}
    policies: list[Policy] = []
    if wanted.body_limit_mb:
        policies.append(
            Policy(
                api_version="gateway.envoyproxy.io/v1alpha1",
                kind="BackendTrafficPolicy",
                suffix="uploads",
                # Merged, because a route's policy would otherwise replace what the Gateway's says.
                spec={
                    **target,
                    "mergeType": "StrategicMerge",
                    "requestBuffer": {"limit": f"{wanted.body_limit_mb}Mi"},
                },
            )
        )
    if wanted.networks:
        rule = {"name": "allowed-networks", "action": "Allow", "principal": {"clientCIDRs": list(wanted.networks)}}
        policies.append(
            Policy(
                api_version="gateway.envoyproxy.io/v1alpha1",
                kind="SecurityPolicy",
                suffix="allowed-networks",
                spec={**target, "authorization": {"defaultAction": "Deny", "rules": [rule]}},
            )
        )
    return Preset(policies=policies, timeouts=UNLIMITED)


def _nginx_gateway_fabric(wanted: Wanted) -> Preset:
    """Give the preset of NGINX Gateway Fabric from 2.6 on.

    It takes timeouts from its own policy and not from the HTTPRoute.

    Networks need its option `snippets`; without it the route answers 500, which lets nobody in either.

    Source: nginx/nginx-gateway-fabric v2.6.7, apis/v1alpha1/{clientsettingspolicy,proxysettingspolicy,
    snippetsfilter}_types.go.
    """
    api = "gateway.nginx.org/v1alpha1"
    timeout = f"{STREAM_TIMEOUT_SECONDS}s"
    policies = [
        Policy(
            api_version=api,
            kind="ClientSettingsPolicy",
            suffix="uploads",
            spec={
                "targetRef": _target(wanted.name),
                "body": {"maxSize": f"{wanted.body_limit_mb}m" if wanted.body_limit_mb else "0"},
            },
        ),
        Policy(
            api_version=api,
            kind="ProxySettingsPolicy",
            suffix="streaming",
            spec={
                "targetRefs": [_target(wanted.name)],
                "buffering": {"disable": True},
                "timeout": {"read": timeout, "send": timeout},
            },
        ),
    ]
    filters: list[Mapping[str, Any]] = []
    if wanted.networks:
        directives = "".join(f"allow {network}; " for network in wanted.networks)
        policies.append(
            Policy(
                api_version=api,
                kind="SnippetsFilter",
                suffix="allowed-networks",
                spec={"snippets": [{"context": "http.server.location", "value": f"{directives}deny all;"}]},
            )
        )
        filters.append(_extension("gateway.nginx.org", "SnippetsFilter", f"{wanted.name}-allowed-networks"))
    return Preset(policies=policies, filters=filters)


def _other(wanted: Wanted) -> Preset:  # noqa: ARG001 - nothing is known about it
    return Preset(timeouts=UNLIMITED)


def _target(route: str) -> dict[str, str]:
    return {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": route}


def _extension(group: str, kind: str, name: str) -> dict[str, Any]:
    return {"type": "ExtensionRef", "extensionRef": {"group": group, "kind": kind, "name": name}}


PRESETS: Mapping[str, Callable[[Wanted], Preset]] = {
    "ingress-nginx": _ingress_nginx,
    "traefik": _traefik,
    "haproxy": _haproxy,
    "haproxy-ingress": _haproxy_ingress,
    "envoy-gateway": _envoy_gateway,
    "nginx-gateway-fabric": _nginx_gateway_fabric,
    "other": _other,
}


def preset(exposure: Exposure, wanted: Wanted) -> Preset:
    """Give what the settings' controller needs.

    What is said by annotation for an Ingress is said by the rule of an HTTPRoute, and the other way round.
    """
    found = PRESETS[exposure.controller](wanted)
    if exposure.type == "HTTPRoute":
        return Preset(policies=found.policies, filters=found.filters, timeouts=found.timeouts)
    return found


def middleware_list(namespace: str, names: Sequence[str], own: str) -> str:
    """Give the annotation with Traefik's Middlewares: those of the preset first, then a person's own."""
    return ",".join([*(f"{namespace}-{name}@kubernetescrd" for name in names), *([own] if own else [])])
