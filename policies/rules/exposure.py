"""Rules on what can be reached from outside, and by whom."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .pods import containers
from .rule import Resource, ResourceRule, StackRule, mapping, sequence

OLLAMA_PORT = 11434
ALLOW_LISTS = (
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "nginx.ingress.kubernetes.io/auth-url",
    "nginx.ingress.kubernetes.io/auth-secret",
    "haproxy-ingress.github.io/allowlist-source-range",
    "haproxy.org/allow-list",
    "traefik.ingress.kubernetes.io/router.middlewares",
)
"""Annotations with which an Ingress controller restricts access."""


def _service(resource: Resource) -> Iterator[str]:
    if resource.type != "kubernetes:core/v1:Service":
        return
    kind = resource.spec.get("type")
    if kind in {"LoadBalancer", "NodePort"}:
        yield f"a Service of type {kind} is open to everybody who reaches it. Use an Ingress or an HTTPRoute."
    if resource.spec.get("externalIPs"):
        yield "a Service with externalIPs takes traffic that is not its own. Use an Ingress or an HTTPRoute."


def _ollama_pods(resources: Sequence[Resource]) -> list[Mapping[str, Any]]:
    """Return the labels of the pods that run the Ollama server."""
    found: list[Mapping[str, Any]] = []
    for resource in resources:
        ports = (port for box in containers(resource) for port in map(mapping, sequence(box.get("ports"))))
        if resource.kind != "Job" and any(port.get("containerPort") == OLLAMA_PORT for port in ports):
            template = mapping(resource.spec.get("template"))
            found.append({"namespace": resource.namespace, **mapping(mapping(template.get("metadata")).get("labels"))})
    return found


def _leads_to(service: Resource, pods: Sequence[Mapping[str, Any]]) -> bool:
    selector = {"namespace": service.namespace, **mapping(service.spec.get("selector"))}
    return len(selector) > 1 and any(selector.items() <= pod.items() for pod in pods)


def _backends(resource: Resource) -> Iterator[str]:
    """Return the names of the Services behind an Ingress or an HTTPRoute."""
    if resource.kind == "Ingress":
        paths = (
            path
            for rule in map(mapping, sequence(resource.spec.get("rules")))
            for path in map(mapping, sequence(mapping(rule.get("http")).get("paths")))
        )
        backends = [mapping(resource.spec.get("defaultBackend")), *(mapping(path.get("backend")) for path in paths)]
        yield from (str(mapping(backend.get("service")).get("name")) for backend in backends)
    if resource.kind == "HTTPRoute":
        for rule in map(mapping, sequence(resource.spec.get("rules"))):
            yield from (str(mapping(entry).get("name")) for entry in sequence(rule.get("backendRefs")))


def _guards(resources: Sequence[Resource], route: Resource) -> bool:
    """Return whether a policy that restricts access is attached to a route."""
    for resource in resources:
        spec = resource.spec
        targets = [*map(mapping, sequence(spec.get("targetRefs"))), mapping(spec.get("targetRef"))]
        attached = any(
            target.get("kind") == route.kind and target.get("name") == route.object_name for target in targets
        )
        if (
            attached
            and resource.namespace == route.namespace
            and resource.kind in {"SecurityPolicy", "AuthorizationPolicy"}
        ):
            return True
    filters = (
        mapping(entry)
        for rule in map(mapping, sequence(route.spec.get("rules")))
        for entry in sequence(rule.get("filters"))
    )
    return any(entry.get("type") == "ExtensionRef" for entry in filters)


def _anonymous(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    pods = _ollama_pods(resources)
    services = {
        (resource.namespace, resource.object_name)
        for resource in resources
        if resource.type == "kubernetes:core/v1:Service" and _leads_to(resource, pods)
    }
    for resource in resources:
        open_to = [name for name in _backends(resource) if (resource.namespace, name) in services]
        guarded = any(resource.annotations.get(key) for key in ALLOW_LISTS) or _guards(resources, resource)
        if open_to and not guarded:
            yield (
                resource,
                f"Service {open_to[0]} is Ollama, which has no authentication, and is exposed without any. "
                "Allow only some networks, or put a token in front of it.",
            )


NO_LOAD_BALANCER = ResourceRule(
    "no-load-balancer", "No Service opens a port to the outside past Ingress and Gateway.", _service
)
NO_ANONYMOUS_OLLAMA = StackRule(
    "no-anonymous-ollama", "An Ollama that is exposed lets only some networks or a token in.", _anonymous
)
