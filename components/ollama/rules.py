"""Rules on the settings of one Ollama server. Each yields its findings and changes nothing."""

from collections.abc import Callable, Iterator

from ..helm.rules import chart_labels, location, native_instead
from ..settings.findings import Finding
from .models.rules import MODEL_RULES
from .settings import OllamaPool

CHART_VARIABLES = ("OLLAMA_HOST",)
"""Environment variables that the chart sets itself."""


def _quote(text: str) -> str:
    return f'"{text}"'


def no_models(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse an empty list: LibreChat does not start with an endpoint without models."""
    if not settings.models:
        yield Finding(f"{prefix}models", "[]", "at least one model is needed, for example `llama3.2:3b`")


def ollama_replicas(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse several Ollama pods on a volume that only one node can mount."""
    if settings.replicas > 1 and settings.storage.access_mode != "ReadWriteMany":
        yield Finding(
            f"{prefix}replicas",
            str(settings.replicas),
            f"more than one replica needs `{prefix}storage.accessMode: ReadWriteMany`, and a StorageClass that has it",
        )


def gpu(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse GPU settings that have no effect without a GPU."""
    for name, value in (
        ("resourceName", settings.gpu.resource_name),
        ("runtimeClassName", settings.gpu.runtime_class_name),
    ):
        if value and not settings.gpu.count:
            rule = f"has no effect without a GPU, set `{prefix}gpu.count` to 1 or more or remove it"
            yield Finding(f"{prefix}gpu.{name}", _quote(value), rule)


def kv_cache(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse a quantized KV cache without flash attention: Ollama would silently fall back to f16."""
    if settings.server.kv_cache_type != "f16" and not settings.server.flash_attention:
        rule = f"needs `{prefix}server.flashAttention: true`"
        yield Finding(f"{prefix}server.kvCacheType", _quote(settings.server.kv_cache_type), rule)


def access(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse to expose Ollama to everybody by oversight.

    Args:
        settings: Settings of the server.
        prefix: Key path before them, with its dot.
    """
    exposure, path = settings.exposure, f"{prefix}exposure"
    if exposure.type == "none":
        return
    if not (exposure.allowed_networks or exposure.token.enabled or exposure.allow_anonymous):
        rule = (
            "Ollama has no authentication: whoever reaches it can use, pull and delete models. Set "
            f"`{path}.allowedNetworks` to the networks of its clients, `{path}.token.enabled: true` to ask for a "
            f"token, or `{path}.allowAnonymous: true` if something in front of it authenticates clients"
        )
        yield Finding(f"{path}.type", f'"{exposure.type}"', rule)
    if exposure.token.existing_secret and not exposure.token.enabled:
        rule = f"has no effect without `{path}.token.enabled: true`"
        yield Finding(f"{path}.token.existingSecret", f'"{exposure.token.existing_secret}"', rule)


def chart(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse what the chart of Ollama cannot express."""
    if settings.method != "helm":
        return
    yield from location(settings.helm, prefix)
    yield from chart_labels(settings.pods.labels, f"{prefix}pods.labels")
    for name in CHART_VARIABLES:
        if name in settings.extra_environment:
            rule = f"the chart sets it itself: remove it, {native_instead(prefix)}"
            yield Finding(f"{prefix}extraEnvironment.{name}", f'"{settings.extra_environment[name]}"', rule)


SERVER_RULES: tuple[Callable[[OllamaPool, str], Iterator[Finding]], ...] = (
    *MODEL_RULES,
    access,
    ollama_replicas,
    gpu,
    kv_cache,
    chart,
)
"""Rules on one server, by itself or in a stack."""
