"""Ingress or HTTPRoute in front of a Service, with what streaming and uploads need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from ..workload.manifests import SKIP_AWAIT
from ..workload.names import name_of
from ..workload.workload import Workload
from .controllers.controller import Preset
from .controllers.traefik import MIDDLEWARES, middleware_list
from .presets import preset
from .settings import Exposure

BLOCKED_PORT = 80
"""Port of the Service without pods; nothing ever answers on it."""


def url(exposure: Exposure) -> pulumi.Output[str]:
    """Return the URL from outside, without a slash at the end; empty without exposure or with a wildcard for a host."""
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
        upload_limit_mb: Largest uploaded file in MB; 0 for no limit.
        blocked_paths: Paths that are not let through, with everything below them.
    """

    service: pulumi.Input[str]
    port: int
    upload_limit_mb: int = 0
    blocked_paths: Sequence[str] = ()


def expose(name: str, exposure: Exposure, workload: Workload, backend: Backend) -> pulumi.CustomResource | None:
    """Create the Ingress or HTTPRoute and return it; None for in-cluster access only.

    Args:
        name: Name of the Ingress or HTTPRoute, and first part of the names of the objects beside it.
        exposure: The settings.
        workload: The workload that is exposed.
        backend: The Service in front of it.
    """
    if exposure.type == "none":
        return None
    door = _Door(name, exposure, workload, backend)
    # The policies are there before the Ingress or HTTPRoute, so that nobody gets through in between.
    policies = door.policies()
    if exposure.type == "HTTPRoute":
        return door.http_route(policies)
    return door.ingress(policies, blocked=door.blocked_service() if backend.blocked_paths else None)


class _Door:
    """The objects of one exposure."""

    def __init__(self, name: str, exposure: Exposure, workload: Workload, backend: Backend) -> None:
        self._name = name
        self._exposure = exposure
        self._workload = workload
        self._backend = backend
        self._preset = preset(exposure, name, backend.upload_limit_mb)
        self._resource_name = f"{workload.resource_name}-ingress"

    def _metadata(self, name: str) -> dict[str, Any]:
        return {"namespace": self._workload.namespace, "labels": self._workload.labels, "name": name}

    def policies(self) -> list[pulumi.Resource]:
        """Create the objects of the controller's own kinds."""
        return [
            k8s.apiextensions.CustomResource(
                f"{self._resource_name}-{policy.suffix}",
                api_version=policy.api_version,
                kind=policy.kind,
                metadata=self._metadata(f"{self._name}-{policy.suffix}"),
                spec=policy.spec,
                opts=self._workload.options(),
            )
            for policy in self._preset.policies
        ]

    def http_route(self, policies: Sequence[pulumi.Resource]) -> pulumi.CustomResource:
        """Create the HTTPRoute after its policies."""
        annotations = self._annotations()
        return k8s.apiextensions.CustomResource(
            self._resource_name,
            api_version="gateway.networking.k8s.io/v1",
            kind="HTTPRoute",
            # Empty annotations are not stored, and a refresh would report them as missing.
            metadata={**self._metadata(self._name), **({"annotations": annotations} if annotations else {})},
            spec=_http_route_spec(self._exposure, self._preset, self._backend),
            opts=self._workload.options(depends_on=policies),
        )

    def ingress(
        self, policies: Sequence[pulumi.Resource], blocked: pulumi.Output[str] | None
    ) -> k8s.networking.v1.Ingress:
        """Create the Ingress after its policies.

        Args:
            policies: The policies.
            blocked: Name of the Service without pods, for the blocked paths; None without such paths.
        """
        return k8s.networking.v1.Ingress(
            self._resource_name,
            metadata={**self._metadata(self._name), "annotations": {**SKIP_AWAIT, **self._annotations()}},  # type: ignore[typeddict-item]
            spec=_ingress_spec(self._exposure, self._backend, blocked),
            opts=self._workload.options(depends_on=policies),
        )

    def blocked_service(self) -> pulumi.Output[str]:
        """Create a Service without pods and return its name.

        Every controller answers 503 for it, while no annotation blocks a path with all of them.
        """
        name = f"{self._name}-nowhere"
        service = k8s.core.v1.Service(
            f"{self._resource_name}-nowhere",
            metadata=self._workload.metadata(name, annotations=SKIP_AWAIT),
            spec={"type": "ClusterIP", "ports": [{"name": "http", "port": BLOCKED_PORT, "protocol": "TCP"}]},
            opts=self._workload.options(),
        )
        return name_of(service.metadata, name)

    def _annotations(self) -> dict[str, pulumi.Input[str]]:
        """Return the annotations: the preset's, that of cert-manager, then the settings' own, which win."""
        exposure, middlewares = self._exposure, self._preset.middlewares
        annotations: dict[str, pulumi.Input[str]] = {
            **self._preset.annotations,
            **_issuer_annotation(exposure),
            **exposure.annotations,
        }
        if middlewares:
            own = exposure.annotations.get(MIDDLEWARES, "")
            annotations[MIDDLEWARES] = pulumi.Output.from_input(self._workload.namespace).apply(
                lambda namespace: middleware_list(namespace, middlewares, own)
            )
        return annotations


def _issuer_annotation(exposure: Exposure) -> Mapping[str, str]:
    if not exposure.tls.issuer:
        return {}
    kind = "cluster-issuer" if exposure.tls.issuer_kind == "ClusterIssuer" else "issuer"
    return {f"cert-manager.io/{kind}": exposure.tls.issuer}


def _ingress_spec(exposure: Exposure, backend: Backend, blocked: pulumi.Output[str] | None) -> Any:
    paths = [_ingress_path(path, blocked, BLOCKED_PORT) for path in backend.blocked_paths]
    paths.append(_ingress_path("/", backend.service, backend.port))
    spec: dict[str, Any] = {"rules": [{"host": exposure.host, "http": {"paths": paths}}]}
    if exposure.class_name:
        spec["ingress_class_name"] = exposure.class_name
    if exposure.tls.secret_name:
        spec["tls"] = [{"hosts": [exposure.host], "secret_name": exposure.tls.secret_name}]
    return spec


def _ingress_path(prefix: str, service: pulumi.Input[str] | None, port: int) -> dict[str, Any]:
    return {
        "path": prefix,
        "path_type": "Prefix",
        "backend": {"service": {"name": service, "port": {"number": port}}},
    }


def _http_route_spec(exposure: Exposure, preset: Preset, backend: Backend) -> Any:
    gateway = {
        "name": exposure.gateway.name,
        "namespace": exposure.gateway.namespace,
        "sectionName": exposure.gateway.section_name,
    }
    rule: dict[str, Any] = {
        "matches": [_path_match("/")],
        "backendRefs": [{"name": backend.service, "port": backend.port}],
    }
    if preset.filters:
        rule["filters"] = list(preset.filters)
    if preset.timeouts:
        rule["timeouts"] = dict(preset.timeouts)
    # By the standard, a rule without backends answers 500.
    blocked = [{"matches": [_path_match(path)]} for path in backend.blocked_paths]
    return {
        "parentRefs": [{key: value for key, value in gateway.items() if value}],
        "hostnames": [exposure.host],
        "rules": [*blocked, rule],
    }


def _path_match(prefix: str) -> dict[str, Any]:
    return {"path": {"type": "PathPrefix", "value": prefix}}
