"""Rules that concern more than one setting. Each check yields its findings; none of them changes anything."""

from collections.abc import Callable, Iterator
from typing import cast

from ..exposure import rules as exposure_rules
from ..librechat.config.content import librechat_config
from ..librechat.config.lint import lint
from ..librechat.config.render import OLLAMA_ENDPOINT, render
from ..librechat.settings import LibreChatSettings
from ..mongodb.backup import rules as backup_rules
from ..mongodb.settings import MongoDBSettings
from ..ollama.models import rules as model_rules
from ..ollama.settings import OllamaPool
from ..settings.base import secret_text
from ..settings.findings import Finding
from . import helm_rules, resource_rules, security
from .settings import Settings


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


def ollama_exposure(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse an Ollama that is open to everybody by oversight."""
    yield from exposure_rules.ollama_access(settings.exposure, f"{prefix}exposure")


def kv_cache(settings: OllamaPool, prefix: str) -> Iterator[Finding]:
    """Refuse a quantized KV cache without flash attention: Ollama would fall back to f16 in silence."""
    if settings.server.kv_cache_type != "f16" and not settings.server.flash_attention:
        rule = f"needs `{prefix}server.flashAttention: true`"
        yield Finding(f"{prefix}server.kvCacheType", _quote(settings.server.kv_cache_type), rule)


def librechat_replicas(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse several LibreChat pods without what they share."""
    if settings.most_replicas == 1:
        return
    if settings.storage.access_mode != "ReadWriteMany" and settings.files.strategy == "local":
        rule = (
            f"more than one replica needs shared storage for uploads and images: `{prefix}storage.accessMode: "
            f"ReadWriteMany`, or `{prefix}files.strategy: s3`"
        )
        yield Finding(_replicas_path(settings, prefix), str(settings.most_replicas), rule)


def _replicas_path(settings: LibreChatSettings, prefix: str) -> str:
    """Give the key path of the setting that asks for the most replicas."""
    return f"{prefix}autoscaling.maxReplicas" if settings.autoscaling.enabled else f"{prefix}replicas"


def autoscaling(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse an autoscaler that has nothing to decide, or nothing to measure by."""
    own = settings.autoscaling
    if not own.enabled:
        return
    if own.max_replicas < own.min_replicas:
        rule = f"is less than `{prefix}autoscaling.minReplicas: {own.min_replicas}`"
        yield Finding(f"{prefix}autoscaling.maxReplicas", str(own.max_replicas), rule)
    if settings.replicas > 1:
        rule = f"has no effect with `{prefix}autoscaling.enabled`, remove it: the autoscaler decides"
        yield Finding(f"{prefix}replicas", str(settings.replicas), rule)
    if settings.method == "helm":
        rule = f"has no effect with `{prefix}method: helm`: a chart has its own autoscaler, in `{prefix}helm.values`"
        yield Finding(f"{prefix}autoscaling.enabled", "true", rule)
    if settings.resources.requests.cpu == "":
        rule = f"`{prefix}autoscaling.cpuUtilization` is a percentage of this request, so it is needed"
        yield Finding(f"{prefix}resources.requests.cpu", '""', rule)


def shared_redis(settings: LibreChatSettings, prefix: str, *, connected: bool) -> Iterator[Finding]:
    """Refuse several LibreChat pods without a Redis, and two of them.

    connected: whether there is one besides that of the settings, such as the Valkey of the stack.
    """
    if settings.most_replicas > 1 and not (connected or settings.redis.is_set or settings.existing_secret):
        rule = (
            f"more than one replica needs Redis: set `valkey.enabled: true` for one in this stack, or "
            f"`{prefix}redis.uri` as a secret, or `{prefix}redis.existingSecret`"
        )
        yield Finding(_replicas_path(settings, prefix), str(settings.most_replicas), rule)
    if connected and settings.redis.is_set:
        key = "existingSecret" if settings.redis.existing_secret else "uri"
        yield Finding(f"{prefix}redis.{key}", "", "is a second Redis beside `valkey.enabled: true`, remove one of them")


def bucket(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse half of a bucket, and a bucket that nothing uses."""
    s3, path = settings.files.s3, f"{prefix}files.s3"
    if settings.files.strategy == "local":
        if s3.bucket:
            rule = f"has no effect with `{prefix}files.strategy: local`, set that to s3 or remove it"
            yield Finding(f"{path}.bucket", _quote(s3.bucket), rule)
        return
    known = (("bucket", s3.bucket), ("region", s3.region), ("existingSecret", s3.existing_secret))
    for key, value in known:
        if not value:
            yield Finding(f"{path}.{key}", '""', f"is needed with `{prefix}files.strategy: s3`")


def wildcard_host(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse a wildcard as the one origin that LibreChat writes into links, cookies and callbacks."""
    # A component also takes an output here, which is not known yet.
    host = cast("object", settings.exposure.host)
    if settings.exposure.type != "none" and isinstance(host, str) and host.startswith("*.") and not settings.domain:
        rule = f"stands for many hosts: set `{prefix}domain` to the URL that people open, for example `https://chat"
        yield Finding(f"{prefix}exposure.host", _quote(host), f"{rule}{host[1:]}`")


def title_model(settings: Settings) -> Iterator[Finding]:
    """Refuse a title model that no Ollama server has."""
    name = settings.librechat.endpoint.title_model
    models = [model for server in settings.ollama.servers().values() for model in server.model_names]
    if name != "current_model" and models and model_rules.with_tag(name) not in models:
        rule = "is neither in `ollama.models` nor `current_model`"
        yield Finding("librechat.endpoint.titleModel", _quote(name), rule)


def hosts(settings: Settings) -> Iterator[Finding]:
    """Refuse one host for two applications: their paths collide."""
    first: dict[str, str] = {}
    for path, exposure in settings.exposures().items():
        host = exposure.host
        if exposure.type == "none" or not host:
            continue
        earlier = first.setdefault(host, path)
        if earlier != path:
            other = "LibreChat" if earlier == "librechat" else f"`{earlier}`"
            rule = f"is the host of {other} too, choose another one"
            yield Finding(f"{path}.exposure.host", _quote(host), rule)


def namespaces(settings: Settings) -> Iterator[Finding]:
    """Refuse one namespace for both applications, and names that are too long with their prefix."""
    names = settings.namespaces
    if names.ollama_name == names.librechat_name:
        rule = "is the namespace of LibreChat too, they have to differ"
        yield Finding("namespaces.ollama", _quote(names.ollama_name), rule)


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
    if settings.valkey.enabled and not settings.valkey.existing_secret:
        rule = "holds `REDIS_URI`, so the password is known before: set `valkey.existingSecret` too"
        yield Finding("librechat.existingSecret", _quote(name), rule)
    search = settings.meilisearch
    if search.enabled and not search.external.url and not search.existing_secret:
        rule = "holds `MEILI_MASTER_KEY`, so the key is known before: set `meilisearch.existingSecret` too"
        yield Finding("librechat.existingSecret", _quote(name), rule)


def redis(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse two sources of one URI."""
    if secret_text(settings.redis.uri) and settings.redis.existing_secret:
        rule = f"is the second source of the URI, remove it or `{prefix}redis.uri`"
        yield Finding(f"{prefix}redis.existingSecret", _quote(settings.redis.existing_secret), rule)


def admin(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse a first account with an address that LibreChat would not take."""
    own = settings.admin
    if not own.email:
        return
    domains = [domain.lower() for domain in settings.registration.allowed_domains]
    if domains and own.email.partition("@")[2] not in domains:
        rule = f"is in none of `{prefix}registration.allowedDomains`, LibreChat would refuse it"
        yield Finding(f"{prefix}admin.email", _quote(own.email), rule)


FROM_SECRETS = frozenset(
    {
        *("JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV", "METRICS_SECRET"),
        *("MONGO_URI", "MEILI_HOST", "MEILI_MASTER_KEY", "REDIS_URI", "OLLAMA_BASE_URL"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    }
)
"""Variables that LibreChat's pods have from Secrets and connections."""


def variables_of_secrets(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse a credential in the clear; set twice, it would be left to chance which of the two counts."""
    for name in sorted(FROM_SECRETS & set(settings.extra_environment)):
        rule = f"is set by the program, remove it; credentials of your own go into `{prefix}existingSecret`"
        yield Finding(f"{prefix}extraEnvironment.{name}", "", rule)


def librechat_yaml(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
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


OLLAMA: tuple[Callable[[OllamaPool, str], Iterator[Finding]], ...] = (
    *model_rules.SERVER,
    ollama_exposure,
    ollama_replicas,
    gpu,
    kv_cache,
    helm_rules.ollama,
)
LIBRECHAT: tuple[Callable[[LibreChatSettings, str], Iterator[Finding]], ...] = (
    librechat_replicas,
    autoscaling,
    bucket,
    wildcard_host,
    librechat_yaml,
    admin,
    redis,
    variables_of_secrets,
    helm_rules.librechat,
)
MONGODB: tuple[Callable[[MongoDBSettings, str], Iterator[Finding]], ...] = (backup_rules.destination,)
ROOT: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    title_model,
    hosts,
    namespaces,
    external_meilisearch,
    external_mongodb,
    backup_rules.outside,
    passwords_in_existing_secret,
    data_loss,
    helm_rules.labels,
    *resource_rules.ROOT,
    *security.ROOT,
)


def check(settings: Settings) -> list[Finding]:
    """Apply every rule to the settings of a stack."""
    findings: list[Finding] = []
    for path, server in settings.ollama.by_path().items():
        findings += [finding for rule in OLLAMA for finding in rule(server, f"{path}.")]
        findings += no_models(server, f"{path}.")
    findings += [finding for rule in LIBRECHAT for finding in rule(settings.librechat, "librechat.")]
    findings += [finding for rule in MONGODB for finding in rule(settings.mongodb, "mongodb.")]
    findings += shared_redis(settings.librechat, "librechat.", connected=settings.valkey.enabled)
    findings += [finding for rule in ROOT for finding in rule(settings)]
    for path, exposure in settings.exposures().items():
        findings += exposure_rules.exposure(exposure, f"{path}.exposure")
    return findings
