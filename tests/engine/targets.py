"""Random changes of settings, of every key in the settings models, including new ones."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from components.settings.key_paths import section_of
from components.settings.validation import validate
from components.stack.rules import check
from components.stack.settings import Settings, components

Changes = tuple[tuple[str, Any], ...]
"""Key paths and their new values, in the order of the changes."""

TEXTS: dict[str, list[Any]] = {
    "size": ["5Gi", "10Gi", "20Gi", "200Gi"],
    "storageClassName": ["", "standard", "fast"],
    "existingClaim": ["", "another"],
    "existingSecret": ["", "another"],
    "environment": ["development", "staging"],
    "prefix": ["", "other-"],
    "clusterDomain": ["cluster.local", "example.internal"],
    "imageRegistry": ["", "mirror.example.org"],
    "host": ["localhost", "chat.example.org", "ollama.example.org"],
    "className": ["nginx", "traefik"],
    "secretName": ["", "tls"],
    "issuer": ["", "letsencrypt"],
    "domain": ["", "https://chat.example.org"],
    "email": ["", "you@example.org"],
    "url": ["", "https://search.example.org"],
    "cpu": ["", "100m", "1"],
    "memory": ["", "1Gi", "4Gi"],
    "operatorGroup": ["", "operators"],
    "priorityClassName": ["", "system-cluster-critical"],
    "runtimeClassName": ["", "nvidia"],
    "resourceName": ["", "nvidia.com/gpu"],
    "keepAlive": ["5m", "-1"],
    "loadTimeout": ["5m", "10m"],
    "titleModel": ["current_model"],
    "modelDisplayLabel": ["Ollama", "Our own"],
    "interval": ["30s", "1m"],
    "name": ["", "Administrator", "gateway"],
    "username": ["admin", "you"],
    "namespace": ["", "ingress"],
    "nodeLocalAddress": ["", "169.254.20.10"],
    "sectionName": ["", "https"],
    "ollama": ["", "models"],
    "librechat": ["", "chat"],
    "schedule": ["30 2 * * *", "@daily"],
    "timeZone": ["", "Europe/Berlin"],
    "bucket": ["", "archives"],
    "endpoint": ["", "https://s3.example.org"],
    "region": ["us-east-1", "eu-central-1"],
    "context": ["sandbox", "renamed", "elsewhere"],
}
"""Possible values of texts, by the last key of their path."""

POOL = {"models": ["llama2:latest"], "pull": {"wait": False}}
LISTS: dict[str, list[Any]] = {
    "models": [["llama2:latest"], ["llama2:latest", "nomic-embed-text:v1.5"]],
    "pools": [{}, {"amd": POOL}, {"amd": {**POOL, "storage": {"size": "20Gi"}}}, {"amd": POOL, "big": POOL}],
    "imagePullSecrets": [[], ["pull"]],
    "allowedDomains": [[], ["example.org"]],
    "tolerations": [[], [{"key": "gpu", "operator": "Exists"}]],
    "labels": [{}, {"team": "search"}],
    "annotations": [{}, {"example.org/note": "yes"}],
    "nodeSelector": [{}, {"kubernetes.io/os": "linux"}],
    "addParams": [{}, {"temperature": 0.1}],
    "extraEnvironment": [{}, {"TZ": "UTC"}],
}
"""Possible values of lists and mappings, by the last key of their path; others are not changed."""

OWNERS = [name for name, component in components().items() if component.data]
IMAGES = {
    "ollama.image": ["", "docker.io/ollama/ollama:0.32.14"],
    "ollama.exposure.token.image": ["", "docker.io/nginxinc/nginx-unprivileged:1.29.4"],
    "librechat.image": ["", "ghcr.io/librechat-ai/librechat:v0.8.7"],
    "valkey.image": ["", "docker.io/valkey/valkey:8.1.4"],
    "mongodb.image": ["", "docker.io/library/mongo:7.0.14", "docker.io/library/mongo:8.0.26"],
    "meilisearch.image": ["", "docker.io/getmeili/meilisearch:v1.34.0", "docker.io/getmeili/meilisearch:v1.40.0"],
}
NOT_DRAWN = {
    "kubeconfig": "the test's own, with the contexts that are drawn",
    **{
        f"{application}.{key}": "a chart comes from the network"
        for application in ("ollama", "librechat")
        for key in ("helm.chart", "helm.repository", "helm.version", "method")
    },
}
DATA_KEYS = {
    "size", "storageClassName", "accessMode", "existingClaim", "existingSecret", "prefix", "enabled", "image", "url",
    "dataProtection", "allowDataLoss", "strategy", "jwtRotation", "rotateCredentialsAndLoseStoredKeys", "replicas",
    "pools", "context",
}  # fmt: skip
"""Keys that affect data: half of the changes are of these."""


@dataclass(frozen=True)
class Leaf:
    """One setting that can be changed, and its possible values."""

    path: str
    values: st.SearchStrategy[Any]

    @property
    def concerns_data(self) -> bool:
        return self.path.rpartition(".")[2] in DATA_KEYS


def fields(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield every setting below a section, with its key path."""
    for field in model.model_fields.values():
        path = f"{prefix}{field.alias}"
        nested = section_of(field.annotation)
        if nested and isinstance(field.default, BaseModel):
            yield from fields(nested, f"{path}.")
        elif path not in NOT_DRAWN:
            yield path, field


def leaves() -> list[Leaf]:
    """Return every setting that has possible values."""
    found = [(path, _values(path, field)) for path, field in fields()]
    return [Leaf(path, values) for path, values in found if values is not None]


def undrawn() -> list[str]:
    """Return settings of type text without possible values: a new setting needs some, or a reason."""
    return [path for path, field in fields() if field.annotation is str and _values(path, field) is None]


def _values(path: str, field: FieldInfo) -> st.SearchStrategy[Any] | None:
    annotation, key = field.annotation, path.rpartition(".")[2]
    if path == "allowDataLoss":
        return st.lists(
            st.sampled_from(["cluster", *OWNERS]),
            unique=True,
            max_size=5,
        )
    if annotation is bool:
        return st.booleans()
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if annotation is int:
        lowest = next((found.ge for found in field.metadata if getattr(found, "ge", None) is not None), 0)
        highest = next((found.le for found in field.metadata if getattr(found, "le", None) is not None), lowest + 9)
        return st.integers(lowest, min(highest, lowest + 9))
    known = IMAGES.get(path) or TEXTS.get(key) if annotation is str else LISTS.get(key)
    return st.sampled_from(known) if known and annotation is not SecretStr else None


def put(settings: Mapping[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return settings with another value at a key path."""
    head, _, rest = path.partition(".")
    return {**settings, head: put(settings.get(head) or {}, rest, value) if rest else value}


def changed(base: Mapping[str, Any], changes: Changes) -> dict[str, Any]:
    """Return settings with changes."""
    result = dict(base)
    for path, value in changes:
        result = put(result, path, value)
    return result


def is_valid(values: Mapping[str, Any]) -> bool:
    """Return whether settings are valid when nothing is deployed."""
    found, findings = validate(Settings, values)
    return not findings and not check(found)


def targets(base: Mapping[str, Any]) -> st.SearchStrategy[Changes]:
    """Return up to five changes of a base that keep the settings valid."""
    everything = leaves()
    about_data = [leaf for leaf in everything if leaf.concerns_data]
    change = st.one_of(st.sampled_from(about_data), st.sampled_from(everything)).flatmap(
        lambda leaf: st.tuples(st.just(leaf.path), leaf.values)
    )
    changes = st.lists(change, min_size=1, max_size=5, unique_by=lambda one: one[0]).map(tuple)
    return changes.filter(lambda drawn: is_valid(changed(base, drawn)))
