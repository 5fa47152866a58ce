"""No setting is dropped: whatever a setting changes natively, it changes with a Helm release too, or is refused."""

import functools
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from cli.generate import plain
from components import LibreChat, Ollama
from components.librechat.settings import LibreChatSettings
from components.ollama.settings import OllamaPool
from components.settings.findings import SettingsError
from components.settings.key_paths import section_of
from tests.unit import programs
from tests.unit.programs import CONNECTED
from tests.unit.recording import Recording, run

SAMPLES: dict[str, Any] = {
    "image": "registry.example.org/other:1.2.3",
    "models": ["qwen3:4b"],
    "customModels": [{"name": "own:v1", "modelfile": "FROM llama3.2:3b"}],
    "gpu.resourceName": "nvidia.com/mig-1g.10gb",
    "gpu.runtimeClassName": "nvidia",
    "storage.existingClaim": "other",
    "storage.storageClassName": "fast",
    "server.keepAlive": "7m",
    "server.loadTimeout": "7m",
    "exposure.host": "other.example.org",
    "exposure.className": "other",
    "exposure.annotations": {"a.example.org/b": "c"},
    "exposure.allowedNetworks": ["10.0.0.0/8"],
    "exposure.tls.secretName": "tls",
    "exposure.tls.issuer": "letsencrypt",
    "exposure.gateway.name": "gateway",
    "exposure.gateway.namespace": "gateways",
    "exposure.gateway.sectionName": "https",
    "exposure.token.existingSecret": "token",
    "exposure.token.image": "registry.example.org/nginx:1",
    "extraEnvironment": {"ADDED": "1"},
    "pods.labels": {"example.org/a": "b"},
    "pods.annotations": {"example.org/a": "b"},
    "pods.nodeSelector": {"example.org/disk": "ssd"},
    "pods.tolerations": [{"key": "a", "operator": "Exists"}],
    "pods.affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}},
    "pods.topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}],
    "pods.priorityClassName": "high",
    "pods.envFrom": [{"secretRef": {"name": "proxy-login"}}],
    "pods.extraVolumes": [{"name": "more", "emptyDir": {"sizeLimit": "1Gi"}}],
    "pods.extraVolumeMounts": [{"name": "tmp", "mountPath": "/more"}],
    "files.s3.bucket": "other",
    "files.s3.region": "eu-west-1",
    "files.s3.endpoint": "https://s3.example.org",
    "files.s3.existingSecret": "other",
    "domain": "https://chat.example.org",
    "redis.uri": "redis://:hunter2@redis:6380",
    "redis.existingSecret": "redis",
    "admin.email": "admin@example.org",
    "admin.name": "Somebody",
    "admin.username": "somebody",
    "admin.existingSecret": "other",
    "metrics.labels": {"release": "prometheus"},
    "metrics.interval": "10s",
    "registration.allowedDomains": ["example.org"],
    "endpoint.titleModel": "llama3.2:3b",
    "endpoint.modelDisplayLabel": "Local",
    "endpoint.addParams": {"temperature": 0.1},
    "config": {"interface": {"privacyPolicy": {"externalUrl": "https://example.org"}}},
    "existingSecret": "credentials",
}
"""Another value for each setting whose type does not say one."""

TLS = {
    "type": "Ingress",
    "host": "o.example.org",
    "allowedNetworks": ["192.168.0.0/16"],
    "tls": {"secretName": "a", "issuer": "b"},
}
ROUTE = {
    "type": "HTTPRoute",
    "host": "o.example.org",
    "controller": "envoy-gateway",
    "allowedNetworks": ["192.168.0.0/16"],
    "gateway": {"name": "a", "namespace": "b"},
}
BASES: dict[str, list[dict[str, Any]]] = {
    "ollama": [
        {},
        {
            "gpu": {"count": 1},
            "replicas": 2,
            "storage": {"accessMode": "ReadWriteMany"},
            "exposure": {"type": "Ingress", "host": "o.example.org", "token": {"enabled": True}},
            "server": {"flashAttention": True},
        },
        {"storage": {"accessMode": "ReadWriteMany"}, "exposure": TLS},
        {"exposure": ROUTE},
    ],
    "librechat": [
        {},
        {
            "replicas": 2,
            "redis": {"uri": "redis://:hunter2@redis:6379"},
            "storage": {"accessMode": "ReadWriteMany"},
            "admin": {"email": "a@example.org", "existingSecret": "admin"},
            "metrics": {"enabled": True},
        },
        {"replicas": 2, "redis": {"existingSecret": "redis"}, "storage": {"accessMode": "ReadWriteMany"}},
        {"redis": {"existingSecret": "redis"}, "storage": {"accessMode": "ReadWriteMany"}, "exposure": TLS},
        {"exposure": ROUTE},
        {"files": {"strategy": "s3", "s3": {"bucket": "files", "region": "eu", "existingSecret": "bucket"}}},
    ],
}
MODELS: dict[str, type[BaseModel]] = {"ollama": OllamaPool, "librechat": LibreChatSettings}


def leaves(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Path, annotation and default of every single setting that both methods have."""
    for name, field in model.model_fields.items():
        nested = section_of(field.annotation)
        path = f"{prefix}{field.alias}"
        if path in {"method", "helm"}:
            continue
        if nested and isinstance(nested, type) and get_origin(field.annotation) is None:
            assert name
            yield from leaves(nested, f"{path}.")
        else:
            yield path, field.annotation, plain(field.default)


def another(path: str, annotation: Any, default: Any) -> Any:
    """Another value of a setting."""
    for key in (path, path.split(".", 1)[-1] if path.startswith("exposure.token.") else path):
        if key in SAMPLES:
            return SAMPLES[key]
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        return next(choice for choice in get_args(annotation) if choice != default)
    if annotation is bool:
        return not default
    if annotation is int:
        return int(default) + 1
    if path.rpartition(".")[2] in {"cpu", "memory", "size"}:
        return {"cpu": "3", "memory": "20Gi" if "limits" in path else "20Mi", "size": "77Gi"}[path.rpartition(".")[2]]
    raise AssertionError(f"{path} needs an entry in SAMPLES: another value for it")


def nested(path: str, value: Any) -> dict[str, Any]:
    for part in reversed(path.split(".")):
        value = {part: value}
    return value


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in more.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def program(section: str, settings: dict[str, Any]) -> Recording:
    policies = {"network_policies": {"enabled": True}}
    if section == "ollama":
        args = programs.as_args(
            OllamaPool.model_validate(settings), namespace="ollama", priority_class_name="gpu", **policies
        )
        return run(lambda: Ollama("ollama", args) and None)
    connected = {**CONNECTED, "meilisearch": {"url": "http://s:7700", "master_key": "k" * 16}, **policies}
    args = programs.as_args(LibreChatSettings.model_validate(settings), **connected)
    return run(lambda: LibreChat("librechat", args) and None)


def signature(section: str, settings: dict[str, Any]) -> Any:
    """Everything that a program asks for; None where the settings are refused."""
    return _signature(section, json.dumps(settings))


@functools.cache
def _signature(section: str, document: str) -> Any:
    settings = json.loads(document)
    try:
        recording = program(section, settings)
    except SettingsError:
        return None
    return {found.urn: (found.inputs, dict(found.timeouts)) for found in recording.resources}


WITHOUT_EFFECT_HERE = {
    *("gpu.priority", "exposure.allowAnonymous", "exposure.type", "files.strategy"),
    # With `autoscaling.enabled`, which a Helm release refuses.
    *("autoscaling.minReplicas", "autoscaling.maxReplicas", "autoscaling.cpuUtilization"),
}
"""Settings that change nothing of the component by themselves: they are rules, or of the namespace, or need others."""

CASES = [
    (section, path, annotation, default)
    for section, model in MODELS.items()
    for path, annotation, default in leaves(model)
]


@pytest.mark.parametrize(("section", "path", "annotation", "default"), CASES, ids=[f"{c[0]}.{c[1]}" for c in CASES])
def test_a_setting_that_matters_natively_matters_with_helm(
    section: str, path: str, annotation: Any, default: Any
) -> None:
    value = another(path, annotation, default)
    for base in BASES[section]:
        changed = merged(base, nested(path, value))
        before, after = signature(section, base), signature(section, changed)
        if after is None or before == after:
            continue
        helm = {"method": "helm"}
        assert signature(section, {**base, **helm}) != signature(section, {**changed, **helm}), path
        return
    assert path in WITHOUT_EFFECT_HERE, f"{path} = {value} changes nothing, choose another value or base"
