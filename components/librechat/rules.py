"""Rules on LibreChat's settings. Each yields its findings; none of them changes anything."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import cast

from ..helm.rules import chart_labels, location, without_value
from ..settings.base import secret_text, take_outputs
from ..settings.findings import Finding
from ..settings.shapes import is_mapping
from .config.lint import lint_yaml
from .settings import LibreChatSettings

_ENDPOINT_KEY = re.compile(r"endpoints\.custom\[(?P<index>\d+)\]\.(?P<key>.+)")
_MODELS = "models.default"


def _quote(text: str) -> str:
    return f'"{text}"'


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
    """Return the key path of the setting that asks for the most replicas."""
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
    """Refuse several LibreChat pods without Redis, and a second Redis.

    Args:
        settings: LibreChat's settings.
        prefix: Key path before them, with its dot.
        connected: Whether there is a Redis besides that of the settings, such as the Valkey of the stack.
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
    """Refuse a bucket with missing settings, and a bucket that nothing uses."""
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
    """Refuse a wildcard as the origin: LibreChat writes it into links, cookies and callbacks."""
    # A component also accepts an output here, whose value is not known yet.
    host = cast("object", settings.exposure.host)
    if settings.exposure.type != "none" and isinstance(host, str) and host.startswith("*.") and not settings.domain:
        rule = f"stands for many hosts: set `{prefix}domain` to the URL that people open, for example `https://chat"
        yield Finding(f"{prefix}exposure.host", _quote(host), f"{rule}{host[1:]}`")


def redis(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse two sources for the URI of Redis."""
    if secret_text(settings.redis.uri) and settings.redis.existing_secret:
        rule = f"is the second source of the URI, remove it or `{prefix}redis.uri`"
        yield Finding(f"{prefix}redis.existingSecret", _quote(settings.redis.existing_secret), rule)


def admin(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse a first account with an e-mail address that LibreChat would reject."""
    own = settings.admin
    if not own.email:
        return
    domains = [domain.lower() for domain in settings.registration.allowed_domains]
    if domains and own.email.partition("@")[2] not in domains:
        rule = f"is in none of `{prefix}registration.allowedDomains`, LibreChat would refuse it"
        yield Finding(f"{prefix}admin.email", _quote(own.email), rule)


def plain_values(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse outputs in what goes into librechat.yaml: it is linted before anything is deployed."""
    for path, values in (("config", settings.config), ("endpoint.addParams", settings.endpoint.add_params)):
        _, outputs = take_outputs(values)
        for key in outputs:
            rule = "has to be a plain value, not an output: librechat.yaml is checked before anything is deployed"
            yield Finding(f"{prefix}{path}.{key}", "", rule)


FROM_SECRETS = frozenset(
    {
        *("JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV", "METRICS_SECRET"),
        *("MONGO_URI", "MEILI_HOST", "MEILI_MASTER_KEY", "REDIS_URI", "OLLAMA_BASE_URL"),
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    }
)
"""Variables that LibreChat's pods get from Secrets and connections."""


def variables_of_secrets(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse a credential in plain text; set twice, either value could win."""
    for name in sorted(FROM_SECRETS & set(settings.extra_environment)):
        rule = f"is set by the program, remove it; credentials of your own go into `{prefix}existingSecret`"
        yield Finding(f"{prefix}extraEnvironment.{name}", "", rule)


def rendered_config(text: str, settings: LibreChatSettings, prefix: str, servers: Sequence[str]) -> Iterator[Finding]:
    """Refuse what LibreChat would refuse or, worse, ignore in a rendered librechat.yaml.

    Args:
        text: The text of librechat.yaml, as `components.librechat.config.render` returns it.
        settings: The settings that it was rendered from.
        prefix: Key path before these, with its dot.
        servers: Key path of each Ollama server, without a dot at the end.
    """
    # With endpoints of its own, `config` replaces the list that holds those of the servers.
    endpoints: object = settings.config.get("endpoints")
    own = () if is_mapping(endpoints) and "custom" in endpoints else servers
    findings = (replace(found, path=_setting_path(found.path, prefix, own)) for found in lint_yaml(text))
    yield from dict.fromkeys(findings)  # what is wrong in a setting of all endpoints is wrong once


def _setting_path(path: str, prefix: str, servers: Sequence[str]) -> str:
    """Return the key path of the setting that a key of librechat.yaml comes from.

    Args:
        path: Key path in librechat.yaml.
        prefix: Key path before LibreChat's settings, with its dot.
        servers: Key path of each server whose endpoint is in the file.
    """
    match = _ENDPOINT_KEY.match(path)
    if not match or int(match["index"]) >= len(servers):
        return f"{prefix}config: {path}"
    server, key = servers[int(match["index"])], match["key"]
    if key == "name":
        return f"{server}.name"
    if key.startswith(_MODELS):
        return f"{server}.models{key.removeprefix(_MODELS)}"
    return f"{prefix}endpoint.{key}"


def chart(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    """Refuse what the chart of LibreChat cannot express."""
    if settings.method != "helm":
        return
    yield from location(settings.helm, prefix)
    yield from chart_labels(settings.pods.labels, f"{prefix}pods.labels")
    pods = settings.pods
    missing = {
        "pods.topologySpreadConstraints": pods.topology_spread_constraints,
        "pods.priorityClassName": pods.priority_class_name,
        "pods.terminationGracePeriodSeconds": pods.termination_grace_period_seconds,
        "pods.envFrom": pods.env_from,
    }
    yield from without_value(prefix, "librechat", missing)


RULES: tuple[Callable[[LibreChatSettings, str], Iterator[Finding]], ...] = (
    librechat_replicas,
    autoscaling,
    bucket,
    wildcard_host,
    admin,
    redis,
    plain_values,
    variables_of_secrets,
    chart,
)
"""Rules on LibreChat's settings, by themselves or in a stack."""
