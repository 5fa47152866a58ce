"""Objects that keep to every rule, and ways to break one."""

import copy
from collections.abc import Mapping
from typing import Any

from policies.rules.rule import Resource

LABELS = {
    "app.kubernetes.io/name": "ollama",
    "app.kubernetes.io/part-of": "ollama-librechat",
    "app.kubernetes.io/component": "server",
    "app.kubernetes.io/managed-by": "pulumi",
    "env": "production",
}
CONTAINER = {
    "name": "ollama",
    "image": "docker.io/ollama/ollama:0.12.6",
    "ports": [{"containerPort": 11434}],
    "env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "token", "key": "token"}}}],
    "resources": {
        "requests": {"cpu": "1", "memory": "1Gi"},
        "limits": {"memory": "2Gi", "nvidia.com/gpu": "1"},
    },
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
}
POD = {
    "securityContext": {
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "seccompProfile": {"type": "RuntimeDefault"},
    },
    "containers": [CONTAINER],
    "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "ollama-data"}}],
}


def kubernetes(api: str, kind: str, name: str, *, protect: bool = False, **props: Any) -> Resource:
    """An object in namespace ollama with every label."""
    metadata = {"name": name, "namespace": "ollama", "labels": LABELS, **props.pop("metadata", {})}
    return Resource(f"kubernetes:{api}:{kind}", name, {"metadata": metadata, **props}, protect, f"urn::{name}")


def deployment(path: str = "", value: Any = None, *, spec: Mapping[str, Any] | None = None) -> Resource:
    """A Deployment that keeps to every rule, with one thing of its pods changed: `containers.0.image`, for example."""
    pod = copy.deepcopy(POD)
    put(pod, path, value)
    template = {"metadata": {"labels": LABELS}, "spec": pod}
    found = {"replicas": 1, "strategy": {"type": "Recreate"}, "template": template, **(spec or {})}
    return kubernetes("apps/v1", "Deployment", "ollama", spec=found)


def put(target: Any, path: str, value: Any) -> None:
    """Set what is at a path; None takes it out."""
    if not path:
        return
    *above, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    for part in above:
        target = target[part]
    if value is None:
        del target[last]
    else:
        target[last] = value


def claim(modes: str = "ReadWriteOnce", *, protect: bool = True) -> Resource:
    """The claim of the Deployment."""
    return kubernetes("core/v1", "PersistentVolumeClaim", "ollama-data", protect=protect, spec={"accessModes": [modes]})


def service(**spec: Any) -> Resource:
    """The Service of the Deployment."""
    selector = {"app.kubernetes.io/name": "ollama"}
    return kubernetes("core/v1", "Service", "ollama", spec={"type": "ClusterIP", "selector": selector, **spec})


def ingress(backend: str = "ollama", **annotations: str) -> Resource:
    """An Ingress to a Service."""
    path = {"path": "/", "backend": {"service": {"name": backend, "port": {"number": 11434}}}}
    rules = [{"host": "ollama.example.org", "http": {"paths": [path]}}]
    metadata = {"annotations": annotations}
    return kubernetes("networking.k8s.io/v1", "Ingress", "ollama-ingress", metadata=metadata, spec={"rules": rules})


def route(**rule: Any) -> Resource:
    """An HTTPRoute to the Service."""
    spec = {"rules": [{"backendRefs": [{"name": "ollama", "port": 11434}], **rule}]}
    return kubernetes("gateway.networking.k8s.io/v1", "HTTPRoute", "ollama-ingress", spec=spec)


def policy(**spec: Any) -> Resource:
    """A NetworkPolicy that refuses everything."""
    found = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], **spec}
    return kubernetes("networking.k8s.io/v1", "NetworkPolicy", "default-deny", spec=found)


def config_map(**data: str) -> Resource:
    """A ConfigMap."""
    return kubernetes("core/v1", "ConfigMap", "ollama-config", data=data)


def release(**props: Any) -> Resource:
    """A Helm release of a chart in a registry."""
    found = {"chart": "oci://charts.example.org/ollama", "version": "1.2.3", "namespace": "ollama", **props}
    return Resource("kubernetes:helm.sh/v3:Release", "ollama", found, urn="urn::release")


def good() -> list[Resource]:
    """A stack that keeps to every rule."""
    password = Resource("random:index/randomPassword:RandomPassword", "password", {"length": 32}, protect=True)
    return [deployment(), claim(), service(), policy(), config_map(KEEP_ALIVE="5m"), release(), password]
