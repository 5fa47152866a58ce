"""Rules that concern more than one setting. Each check yields its findings; none of them changes anything."""

from collections.abc import Callable, Iterator

from components.librechat_config import OLLAMA_ENDPOINT, render
from components.librechat_lint import lint
from components.librechat_yaml import librechat_config
from components.settings import security
from components.settings.base import secret_text
from components.settings.findings import Finding
from components.settings.librechat import LibreChatSettings
from components.settings.ollama import OllamaSettings
from components.settings.root import Settings
from components.settings.types import parse_quantity
from components.settings.workload import Exposure, Resources


def _quote(text: str) -> str:
    return f'"{text}"'


def duplicate_models(settings: OllamaSettings, prefix: str = "ollama.") -> Iterator[Finding]:
    """Refuse a model that is listed twice: `llama2` and `llama2:latest` are the same."""
    first: dict[str, int] = {}
    for index, model in enumerate(settings.models):
        if model in first:
            earlier = f"`{prefix}models[{first[model]}]`"
            yield Finding(f"{prefix}models[{index}]", _quote(model), f"is listed before as {earlier}, remove one")
        first.setdefault(model, index)


def no_models(settings: OllamaSettings, prefix: str = "ollama.") -> Iterator[Finding]:
    """Refuse an empty list: LibreChat does not start with an endpoint without models."""
    if not settings.models:
        yield Finding(f"{prefix}models", "[]", "at least one model is needed, for example `llama3.2:3b`")


def ollama_replicas(settings: OllamaSettings, prefix: str = "ollama.") -> Iterator[Finding]:
    """Refuse several Ollama pods on a volume that only one node can mount."""
    if settings.replicas > 1 and settings.storage.access_mode != "ReadWriteMany":
        yield Finding(
            f"{prefix}replicas",
            str(settings.replicas),
            f"more than one replica needs `{prefix}storage.accessMode: ReadWriteMany`, and a StorageClass that has it",
        )


def gpu(settings: OllamaSettings, prefix: str = "ollama.") -> Iterator[Finding]:
    """Refuse GPU settings that have no effect without a GPU."""
    for name, value in (
        ("resourceName", settings.gpu.resource_name),
        ("runtimeClassName", settings.gpu.runtime_class_name),
    ):
        if value and not settings.gpu.count:
            rule = f"has no effect without a GPU, set `{prefix}gpu.count` to 1 or more or remove it"
            yield Finding(f"{prefix}gpu.{name}", _quote(value), rule)


def kv_cache(settings: OllamaSettings, prefix: str = "ollama.") -> Iterator[Finding]:
    """Refuse a quantized KV cache without flash attention: Ollama would fall back to f16 in silence."""
    if settings.server.kv_cache_type != "f16" and not settings.server.flash_attention:
        rule = f"needs `{prefix}server.flashAttention: true`"
        yield Finding(f"{prefix}server.kvCacheType", _quote(settings.server.kv_cache_type), rule)


def librechat_replicas(settings: LibreChatSettings, prefix: str = "librechat.") -> Iterator[Finding]:
    """Refuse several LibreChat pods without what they share."""
    if settings.replicas == 1:
        return
    if not settings.redis.is_set and not settings.existing_secret:
        rule = f"more than one replica needs Redis, set `{prefix}redis.uri` as a secret"
        yield Finding(f"{prefix}replicas", str(settings.replicas), rule)
    if settings.storage.access_mode != "ReadWriteMany":
        rule = f"more than one replica needs `{prefix}storage.accessMode: ReadWriteMany` for uploads and images"
        yield Finding(f"{prefix}replicas", str(settings.replicas), rule)


def title_model(settings: Settings) -> Iterator[Finding]:
    """Refuse a title model that Ollama does not have."""
    name = settings.librechat.endpoint.title_model
    models = settings.ollama.models
    if name != "current_model" and models and name not in {*models, *(m.removesuffix(":latest") for m in models)}:
        rule = "is neither in `ollama.models` nor `current_model`"
        yield Finding("librechat.endpoint.titleModel", _quote(name), rule)


def exposure(settings: Exposure, prefix: str) -> Iterator[Finding]:
    """Refuse an exposure that lacks a host, a Gateway or the Secret of its issuer."""
    if settings.type != "none" and not settings.host:
        yield Finding(f"{prefix}.host", '""', f"`{prefix}.type: {settings.type}` needs a host name")
    if settings.type == "HTTPRoute" and not settings.gateway.name:
        yield Finding(f"{prefix}.gateway.name", '""', f"`{prefix}.type: HTTPRoute` needs the name of a Gateway")
    if settings.tls.issuer and not settings.tls.secret_name:
        yield Finding(f"{prefix}.tls.secretName", '""', f"`{prefix}.tls.issuer` needs the Secret to fill")


def hosts(settings: Settings) -> Iterator[Finding]:
    """Refuse one host for both applications: their paths collide."""
    ollama, librechat = settings.ollama.exposure, settings.librechat.exposure
    if "none" not in {ollama.type, librechat.type} and ollama.host and ollama.host == librechat.host:
        yield Finding("ollama.exposure.host", _quote(ollama.host), "is the host of LibreChat too, choose another one")


def namespaces(settings: Settings) -> Iterator[Finding]:
    """Refuse one namespace for both applications, and names that are too long with their prefix."""
    names = settings.namespaces
    if names.ollama_name == names.librechat_name:
        rule = "is the namespace of LibreChat too, they have to differ"
        yield Finding("namespaces.ollama", _quote(names.ollama_name), rule)


def resources(settings: Resources, prefix: str) -> Iterator[Finding]:
    """Refuse a limit below its request, which the API server refuses too, after other objects are there."""
    for name in ("cpu", "memory"):
        request, limit = getattr(settings.requests, name), getattr(settings.limits, name)
        # A component also takes outputs here, which are not known yet.
        known = isinstance(request, str) and isinstance(limit, str) and request and limit
        if known and parse_quantity(limit) < parse_quantity(request):
            rule = f"is less than `{prefix}.requests.{name}: {request}`"
            yield Finding(f"{prefix}.limits.{name}", _quote(limit), rule)


def external_meilisearch(settings: Settings) -> Iterator[Finding]:
    """Refuse half of an external Meilisearch."""
    external = settings.meilisearch.external
    key = external.master_key.get_secret_value()
    if key and external.existing_secret:
        rule = "is the second source of the key, remove it or `meilisearch.external.masterKey`"
        yield Finding("meilisearch.external.existingSecret", _quote(external.existing_secret), rule)
    known = key or external.existing_secret or settings.librechat.existing_secret
    if (external.url and not known) or (not external.url and (key or external.existing_secret)):
        missing = "masterKey" if external.url else "url"
        yield Finding(f"meilisearch.external.{missing}", "", "is needed: an external Meilisearch has a URL and a key")
    if key and len(key.encode()) < 16:  # noqa: PLR2004
        yield Finding("meilisearch.external.masterKey", "[secret]", "has fewer than 16 bytes, Meilisearch refuses it")


def external_mongodb(settings: Settings) -> Iterator[Finding]:
    """Refuse two sources of one URI, and passwords for a MongoDB that is not part of the stack."""
    mongodb = settings.mongodb
    if mongodb.external.uri.get_secret_value() and mongodb.external.existing_secret:
        rule = "is the second source of the URI, remove it or `mongodb.external.uri`"
        yield Finding("mongodb.external.existingSecret", _quote(mongodb.external.existing_secret), rule)
    if mongodb.existing_secret and mongodb.is_external:
        rule = "is for the MongoDB of this stack, for one outside set `mongodb.external.existingSecret`"
        yield Finding("mongodb.existingSecret", _quote(mongodb.existing_secret), rule)


def passwords_in_existing_secret(settings: Settings) -> Iterator[Finding]:
    """Refuse generated passwords beside an existing Secret of LibreChat: they cannot get into it."""
    name = settings.librechat.existing_secret
    if not name:
        return
    if not settings.mongodb.is_external and not settings.mongodb.existing_secret:
        rule = (
            "holds `MONGO_URI`, so the password is known before: set `mongodb.existingSecret` too, or remove this one"
        )
        yield Finding("librechat.existingSecret", _quote(name), rule)
    search = settings.meilisearch
    if search.enabled and not search.external.url and not search.existing_secret:
        rule = "holds `MEILI_MASTER_KEY`, so the key is known before: set `meilisearch.existingSecret` too"
        yield Finding("librechat.existingSecret", _quote(name), rule)


def redis(settings: LibreChatSettings, prefix: str = "librechat.") -> Iterator[Finding]:
    """Refuse two sources of one URI."""
    if secret_text(settings.redis.uri) and settings.redis.existing_secret:
        rule = f"is the second source of the URI, remove it or `{prefix}redis.uri`"
        yield Finding(f"{prefix}redis.existingSecret", _quote(settings.redis.existing_secret), rule)


def admin(settings: LibreChatSettings, prefix: str = "librechat.") -> Iterator[Finding]:
    """Refuse a first account without a password, or with an address that LibreChat would not take."""
    own = settings.admin
    if not own.email:
        return
    if not own.existing_secret:
        rule = f"`{prefix}admin.email` needs a Secret with the password in its key `password`"
        yield Finding(f"{prefix}admin.existingSecret", '""', rule)
    domains = [domain.lower() for domain in settings.registration.allowed_domains]
    if domains and own.email.partition("@")[2] not in domains:
        rule = f"is in none of `{prefix}registration.allowedDomains`, LibreChat would refuse it"
        yield Finding(f"{prefix}admin.email", _quote(own.email), rule)


def librechat_yaml(settings: LibreChatSettings, prefix: str = "librechat.") -> Iterator[Finding]:
    """Refuse what LibreChat would refuse or, worse, ignore in the librechat.yaml that these settings give."""
    server = {"name": OLLAMA_ENDPOINT, "base_url": "http://ollama.invalid:11434", "models": ["model:tag"]}
    title = settings.endpoint.model_copy(update={"title_model": "current_model"})  # `title_model` knows the models
    known = settings.model_copy(update={"endpoint": title})
    for finding in lint(render(librechat_config(known, [server]))):
        yield Finding(f"{prefix}config: {finding.path}", finding.value, finding.rule)


def data_loss(settings: Settings) -> Iterator[Finding]:
    """Refuse to protect data and to allow its loss at the same time."""
    named = [name for name in settings.allow_data_loss if name != "cluster"]
    if settings.data_protection and named:
        rule = "contradicts `dataProtection: true`: set that to false, run `pulumi up`, and then allow it"
        yield Finding("allowDataLoss", f"[{', '.join(named)}]", rule)


OLLAMA: tuple[Callable[[OllamaSettings], Iterator[Finding]], ...] = (
    duplicate_models,
    ollama_replicas,
    gpu,
    kv_cache,
)
LIBRECHAT: tuple[Callable[[LibreChatSettings], Iterator[Finding]], ...] = (
    librechat_replicas,
    librechat_yaml,
    admin,
    redis,
)
ROOT: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    title_model,
    hosts,
    namespaces,
    external_meilisearch,
    external_mongodb,
    passwords_in_existing_secret,
    data_loss,
    *security.ROOT,
)


def check(settings: Settings) -> list[Finding]:
    """Apply every rule to the settings of a stack."""
    findings = [finding for rule in OLLAMA for finding in rule(settings.ollama)]
    findings += no_models(settings.ollama)
    findings += [finding for rule in LIBRECHAT for finding in rule(settings.librechat)]
    findings += [finding for rule in ROOT for finding in rule(settings)]
    for name in ("ollama", "librechat"):
        findings += exposure(getattr(settings, name).exposure, f"{name}.exposure")
    for name in ("ollama", "librechat", "mongodb", "meilisearch"):
        findings += resources(getattr(settings, name).resources, f"{name}.resources")
    return findings
