"""Ingress or HTTPRoute in front of a Service, with what streaming and uploads need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..workload.manifests import SKIP_AWAIT
from ..workload.names import name_of
from ..workload.workload import Workload
from .presets import TRAEFIK_MIDDLEWARES, Preset, Wanted, body_limit, middleware_list, preset
from .settings import Exposure

BLOCKED_PORT = 80
"""Port of the Service without pods; nothing ever answers on it."""


def url(exposure: Exposure) -> pulumi.Output[str]:
    """Give the URL from outside, without a slash at the end; empty without exposure or with a wildcard for a host."""
    if exposure.type == "none":
        return pulumi.Output.from_input("")
    host = pulumi.Output.from_input(exposure.host)
    return host.apply(lambda name: "" if name.startswith("*.") else f"{scheme(exposure)}://{name}")


def scheme(exposure: Exposure) -> str:
    """Return the scheme of the URL from outside."""
    return "https" if exposure.tls.secret_name or _terminated_by_gateway(exposure) else "http"


def _terminated_by_gateway(exposure: Exposure) -> bool:
    return exposure.type == "HTTPRoute" and exposure.gateway.section_name.startswith("https")


@dataclass(frozen=True, kw_only=True)
class Backend:
    """The Service behind an Ingress or HTTPRoute.

    Attributes:
        service: Its name.
        port: Its port.
        upload_limit_mb: Largest uploaded file in MB; 0 for none.
        blocked_paths: Paths that are not let through, with everything below them.
    """

    service: pulumi.Input[str]
    port: int
    upload_limit_mb: int = 0
    blocked_paths: Sequence[str] = ()


def expose(name: str, exposure: Exposure, workload: Workload, backend: Backend) -> pulumi.CustomResource | None:
    """Create what the settings ask for, and return the Ingress or HTTPRoute; None for in-cluster access only.

    Args:
        name: Name of the Ingress or HTTPRoute; what is beside it begins with it.
        exposure: The settings.
        workload: The workload that is exposed.
        backend: The Service in front of it.
    """
    if exposure.type == "none":
        return None
    wanted = Wanted(
        name=name,
        networks=exposure.allowed_networks,
        body_limit_mb=body_limit(backend.upload_limit_mb),
    )
    resource_name = f"{workload.resource_name}-ingress"
    found = preset(exposure, wanted)
    metadata: dict[str, Any] = {"namespace": workload.namespace, "labels": workload.labels}
    beside = _policies(name, found, resource_name, metadata, workload.options())
    annotations: dict[str, pulumi.Input[str]] = {
        **found.annotations,
        **({_issuer_annotation(exposure): exposure.tls.issuer} if exposure.tls.issuer else {}),
        **exposure.annotations,
    }
    if found.middlewares:
        own, names = exposure.annotations.get(TRAEFIK_MIDDLEWARES, ""), found.middlewares
        annotations[TRAEFIK_MIDDLEWARES] = pulumi.Output.from_input(workload.namespace).apply(
            lambda space: middleware_list(space, names, own)
        )
    # What lets only some in is there before what lets anybody in.
    opts = workload.options(depends_on=beside)
    if exposure.type == "HTTPRoute":
        return k8s.apiextensions.CustomResource(
            resource_name,
            api_version="gateway.networking.k8s.io/v1",
            kind="HTTPRoute",
            # Empty ones are not stored, and a refresh would find that they are missing.
            metadata={**metadata, "name": name, **({"annotations": annotations} if annotations else {})},
            spec=_route(exposure, found, backend),
            opts=opts,
        )
    nowhere = _nowhere(name, workload) if backend.blocked_paths else None
    return k8s.networking.v1.Ingress(
        resource_name,
        metadata={**metadata, "name": name, "annotations": {**SKIP_AWAIT, **annotations}},  # type: ignore[typeddict-item]
        spec=_ingress(exposure, backend, nowhere),
        opts=opts,
    )


def _policies(
    name: str, found: Preset, resource_name: str, metadata: Mapping[str, Any], opts: pulumi.ResourceOptions
) -> list[pulumi.Resource]:
    return [
        k8s.apiextensions.CustomResource(
            f"{resource_name}-{policy.suffix}",
            api_version=policy.api_version,
            kind=policy.kind,
            metadata={**metadata, "name": f"{name}-{policy.suffix}"},
            spec=policy.spec,
            opts=opts,
        )
        for policy in found.policies
    ]


def _nowhere(name: str, workload: Workload) -> pulumi.Output[str]:
    """Create a Service without pods: every controller answers 503 for it, and no annotation says so everywhere."""
    service = k8s.core.v1.Service(
        f"{workload.resource_name}-ingress-nowhere",
        metadata=workload.metadata(f"{name}-nowhere", annotations=SKIP_AWAIT),
        spec={"type": "ClusterIP", "ports": [{"name": "http", "port": BLOCKED_PORT, "protocol": "TCP"}]},
        opts=workload.options(),
    )
    return name_of(service.metadata, f"{name}-nowhere")


def _issuer_annotation(exposure: Exposure) -> str:
    return "cert-manager.io/cluster-issuer" if exposure.tls.issuer_kind == "ClusterIssuer" else "cert-manager.io/issuer"


def _ingress(exposure: Exposure, backend: Backend, nowhere: pulumi.Output[str] | None) -> Any:
    def path(prefix: str, name: Any, number: int) -> dict[str, Any]:
        backend = {"service": {"name": name, "port": {"number": number}}}
        return {"path": prefix, "path_type": "Prefix", "backend": backend}

    blocked = [path(prefix, nowhere, BLOCKED_PORT) for prefix in backend.blocked_paths]
    paths = [*blocked, path("/", backend.service, backend.port)]
    spec: dict[str, Any] = {"rules": [{"host": exposure.host, "http": {"paths": paths}}]}
    if exposure.class_name:
        spec["ingress_class_name"] = exposure.class_name
    if exposure.tls.secret_name:
        spec["tls"] = [{"hosts": [exposure.host], "secret_name": exposure.tls.secret_name}]
    return spec


def _route(exposure: Exposure, found: Preset, backend: Backend) -> Any:
    gateway = {
        "name": exposure.gateway.name,
        "namespace": exposure.gateway.namespace,
        "sectionName": exposure.gateway.section_name,
    }
    rule: dict[str, Any] = {"matches": [_prefix("/")], "backendRefs": [{"name": backend.service, "port": backend.port}]}
    if found.filters:
        rule["filters"] = list(found.filters)
    if found.timeouts:
        rule["timeouts"] = dict(found.timeouts)
    # A rule that leads nowhere is answered with 500, by the standard.
    blocked = [{"matches": [_prefix(path)]} for path in backend.blocked_paths]
    return {
        "parentRefs": [{key: value for key, value in gateway.items() if value}],
        "hostnames": [exposure.host],
        "rules": [*blocked, rule],
    }


def _prefix(path: str) -> dict[str, Any]:
    return {"path": {"type": "PathPrefix", "value": path}}
