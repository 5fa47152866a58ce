"""Ingress or HTTPRoute in front of a Service, with what streaming and uploads need."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from components.kubernetes import SKIP_AWAIT
from components.settings.workload import Exposure

STREAM_TIMEOUT_SECONDS = 3600
"""A model can take minutes to load and an answer minutes to write; the usual read timeout of 60 s cuts both."""


def streaming_annotations(controller: str, body_limit_mb: int) -> dict[str, str]:
    """Give the annotations that keep a stream open, unbuffered, and let uploads of a size through.

    controller: implementation behind the Ingress class.
    body_limit_mb: largest request body in MB; 0 for none.
    """
    timeout = str(STREAM_TIMEOUT_SECONDS)
    if controller == "ingress-nginx":
        prefix = "nginx.ingress.kubernetes.io"
        return {
            f"{prefix}/proxy-read-timeout": timeout,
            f"{prefix}/proxy-send-timeout": timeout,
            f"{prefix}/proxy-buffering": "off",
            f"{prefix}/proxy-request-buffering": "off",
            f"{prefix}/proxy-body-size": f"{body_limit_mb}m",
        }
    if controller == "haproxy":
        return {
            "haproxy.org/timeout-server": f"{timeout}s",
            "haproxy.org/timeout-client": f"{timeout}s",
            "haproxy.org/timeout-tunnel": f"{timeout}s",
        }
    return {}


def url(exposure: Exposure) -> pulumi.Output[str]:
    """Give the URL from outside, without a slash at the end; empty when there is no exposure."""
    if exposure.type == "none":
        return pulumi.Output.from_input("")
    scheme = "https" if exposure.tls.secret_name or _terminated_by_gateway(exposure) else "http"
    return pulumi.Output.concat(scheme, "://", exposure.host)


def _terminated_by_gateway(exposure: Exposure) -> bool:
    return exposure.type == "HTTPRoute" and exposure.gateway.section_name.startswith("https")


def expose(
    name: str,
    exposure: Exposure,
    *,
    parent: pulumi.Resource,
    resource_name: str,
    namespace: pulumi.Input[str],
    labels: Mapping[str, str],
    service: str,
    port: int,
    body_limit_mb: int = 0,
) -> pulumi.CustomResource | None:
    """Create what the settings ask for, and give it; None for in-cluster access only.

    name: name of the Ingress or HTTPRoute.
    service: name of the Service behind it.
    port: its port.
    body_limit_mb: largest request body in MB; 0 for none.
    """
    if exposure.type == "none":
        return None
    annotations = {
        **streaming_annotations(exposure.controller, body_limit_mb),
        **({_issuer_annotation(exposure): exposure.tls.issuer} if exposure.tls.issuer else {}),
        **exposure.annotations,
    }
    metadata: dict[str, Any] = {"name": name, "namespace": namespace, "labels": labels}
    opts = pulumi.ResourceOptions(parent=parent)
    if exposure.type == "HTTPRoute":
        return k8s.apiextensions.CustomResource(
            resource_name,
            api_version="gateway.networking.k8s.io/v1",
            kind="HTTPRoute",
            metadata={**metadata, "annotations": annotations},
            spec=_route(exposure, service, port),
            opts=opts,
        )
    return k8s.networking.v1.Ingress(
        resource_name,
        metadata={**metadata, "annotations": {**SKIP_AWAIT, **annotations}},  # type: ignore[typeddict-item]
        spec=_ingress(exposure, service, port),
        opts=opts,
    )


def _issuer_annotation(exposure: Exposure) -> str:
    return "cert-manager.io/cluster-issuer" if exposure.tls.issuer_kind == "ClusterIssuer" else "cert-manager.io/issuer"


def _ingress(exposure: Exposure, service: str, port: int) -> Any:
    backend = {"service": {"name": service, "port": {"number": port}}}
    spec: dict[str, Any] = {
        "rules": [
            {
                "host": exposure.host,
                "http": {"paths": [{"path": "/", "path_type": "Prefix", "backend": backend}]},
            }
        ]
    }
    if exposure.class_name:
        spec["ingress_class_name"] = exposure.class_name
    if exposure.tls.secret_name:
        spec["tls"] = [{"hosts": [exposure.host], "secret_name": exposure.tls.secret_name}]
    return spec


def _route(exposure: Exposure, service: str, port: int) -> Any:
    gateway = {
        "name": exposure.gateway.name,
        "namespace": exposure.gateway.namespace,
        "sectionName": exposure.gateway.section_name,
    }
    return {
        "parentRefs": [{key: value for key, value in gateway.items() if value}],
        "hostnames": [exposure.host],
        "rules": [
            {
                "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
                "backendRefs": [{"name": service, "port": port}],
                # 0s turns the timeout off; the default of some implementations is 15 s for a whole request.
                "timeouts": {"request": "0s", "backendRequest": "0s"},
            }
        ],
    }
