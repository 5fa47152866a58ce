"""Rules that concern more than one component, and the check of all rules."""

from collections.abc import Callable, Iterator

from ..exposure.rules import check_exposure
from ..helm.rules import chart_labels
from ..librechat.rules import rendered_config, shared_redis
from ..ollama.models.rules import with_tag
from ..settings.findings import Finding
from . import network_rules, resource_rules
from .settings import CLUSTER, Settings, components, exposures


def _quote(text: str) -> str:
    return f'"{text}"'


def title_model(settings: Settings) -> Iterator[Finding]:
    """Refuse a title model that no Ollama server has."""
    name = settings.librechat.endpoint.title_model
    models = [model for server in settings.ollama.servers().values() for model in server.model_names]
    if name != "current_model" and models and with_tag(name) not in models:
        rule = "is neither in `ollama.models` nor `current_model`"
        yield Finding("librechat.endpoint.titleModel", _quote(name), rule)


def librechat_yaml(settings: Settings) -> Iterator[Finding]:
    """Refuse what LibreChat would refuse or ignore in its librechat.yaml. Lists of models have rules of their own."""
    servers = list(settings.ollama.by_path())
    for finding in rendered_config(settings.librechat_yaml.text, settings.librechat, "librechat.", servers):
        if not finding.path.startswith("ollama"):
            yield finding


def hosts(settings: Settings) -> Iterator[Finding]:
    """Refuse the same host for two components: their paths would collide."""
    path_of_host: dict[str, str] = {}
    for path, exposure in exposures(settings).items():
        host = exposure.host
        if exposure.type == "none" or not host:
            continue
        first = path_of_host.setdefault(host, path)
        if first != path:
            other = "LibreChat" if first == "librechat" else f"`{first}`"
            rule = f"is the host of {other} too, choose another one"
            yield Finding(f"{path}.exposure.host", _quote(host), rule)


def namespaces(settings: Settings) -> Iterator[Finding]:
    """Refuse the same namespace for both applications."""
    names = settings.namespaces
    if names.ollama_name == names.librechat_name:
        rule = "is the namespace of LibreChat too, they have to differ"
        yield Finding("namespaces.ollama", _quote(names.ollama_name), rule)


def external_meilisearch(settings: Settings) -> Iterator[Finding]:
    """Refuse an external Meilisearch without a URL, without a key, with two keys, or with a key that is too short."""
    external = settings.meilisearch.external
    key = external.master_key.get_secret_value()
    if key and external.existing_secret:
        rule = "is the second source of the key, remove it or `meilisearch.external.masterKey`"
        yield Finding("meilisearch.external.existingSecret", _quote(external.existing_secret), rule)
    has_key = key or external.existing_secret or settings.librechat.existing_secret
    if (external.url and not has_key) or (not external.url and (key or external.existing_secret)):
        missing = "masterKey" if external.url else "url"
        yield Finding(f"meilisearch.external.{missing}", "", "is needed: an external Meilisearch has a URL and a key")
    if key and len(key.encode()) < 16:  # noqa: PLR2004
        yield Finding("meilisearch.external.masterKey", "[secret]", "has fewer than 16 bytes, Meilisearch refuses it")


def passwords_in_existing_secret(settings: Settings) -> Iterator[Finding]:
    """Refuse generated passwords together with an existing Secret of LibreChat: the program cannot add them to it."""
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


def data_loss(settings: Settings) -> Iterator[Finding]:
    """Refuse `allowDataLoss` together with `dataProtection`."""
    named = [name for name in settings.allow_data_loss if name != CLUSTER]
    if settings.data_protection and named:
        rule = "contradicts `dataProtection: true`: set that to false, run `pulumi up`, and then allow it"
        yield Finding("allowDataLoss", f"[{', '.join(named)}]", rule)


def labels(settings: Settings) -> Iterator[Finding]:
    """Refuse labels that the charts set themselves."""
    methods = {settings.librechat.method, *(server.method for server in settings.ollama.servers().values())}
    if "helm" in methods:
        yield from chart_labels(settings.labels, "labels")


RULES: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    title_model,
    librechat_yaml,
    hosts,
    namespaces,
    external_meilisearch,
    passwords_in_existing_secret,
    data_loss,
    labels,
    *resource_rules.RULES,
    *network_rules.RULES,
)


def check(settings: Settings) -> list[Finding]:
    """Return what every rule, including those of the components, finds in the settings of a stack."""
    findings: list[Finding] = []
    for name, component in components().items():
        findings += component.check(getattr(settings, name), f"{name}.")
    findings += shared_redis(settings.librechat, "librechat.", connected=settings.valkey.enabled)
    findings += [finding for rule in RULES for finding in rule(settings)]
    for path, exposure in exposures(settings).items():
        findings += check_exposure(exposure, f"{path}.exposure")
    return findings
