"""Rules on CPU and memory: what the API server would refuse, or a namespace's defaults would change unasked."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from ..settings.findings import Finding
from ..workload import jobs
from ..workload.rules import limit_below_request
from ..workload.settings import Resources
from .settings import Settings


class Containers(NamedTuple):
    """Containers that run with the same resources.

    path: key path of what they belong to, for example `ollama.pools.amd`.
    pods: the greatest number of pods that run one.
    resources: CPU and memory of each.
    """

    path: str
    pods: int
    resources: Resources


def ollama_containers(settings: Settings) -> Iterator[Containers]:
    """Give what runs in Ollama's namespace with resources from the settings."""
    for path, server in settings.ollama.by_path().items():
        yield Containers(path, server.replicas, server.resources)
        token = server.exposure.token
        if token.enabled:
            yield Containers(f"{path}.exposure.token", 1, token.resources)


def librechat_containers(settings: Settings) -> Iterator[Containers]:
    """Give what runs in LibreChat's namespace with resources from the settings."""
    yield Containers("librechat", settings.librechat.most_replicas, settings.librechat.resources)
    mongodb, meilisearch, valkey = settings.mongodb, settings.meilisearch, settings.valkey
    if not mongodb.is_external:
        yield Containers("mongodb", 1, mongodb.resources)
        if mongodb.backup.enabled:
            yield Containers("mongodb.backup", 2, mongodb.backup.resources)  # one that runs, and one by hand
    if meilisearch.enabled and not meilisearch.external.url:
        yield Containers("meilisearch", 1, meilisearch.resources)
    if valkey.enabled:
        yield Containers("valkey", 1, valkey.resources)


def _containers(settings: Settings) -> Iterator[Containers]:
    yield from ollama_containers(settings)
    yield from librechat_containers(settings)


def _jobs(settings: Settings) -> Iterator[tuple[str, Resources]]:
    """Give name and resources of the Jobs that no setting gives any."""
    yield "models", jobs.MODELS
    if settings.librechat.admin.email:
        yield "the first account", jobs.CREATE_ADMIN
    if settings.mongodb.backup.enabled:
        yield "the user of the backups", jobs.BACKUP_USER


def default_limit(settings: Settings) -> Iterator[Finding]:
    """Refuse to run without a limit where the LimitRange would give one."""
    given = settings.namespaces.limit_range.given_limit
    for path, _, resources in _containers(settings):
        for key, default in given.lacking(resources.limits).mapping().items():
            rule = (
                f"the namespace's LimitRange would make it {default}: set a limit, "
                f"or `namespaces.limitRange.defaultLimit.{key}` to nothing"
            )
            yield Finding(f"{path}.resources.limits.{key}", '""', rule)


def default_limit_of_jobs(settings: Settings) -> Iterator[Finding]:
    """Refuse a LimitRange whose limit is below what a Job asks for that has none: the API server refuses its pod."""
    given = settings.namespaces.limit_range.given_limit
    for name, resources in _jobs(settings):
        for key, request, limit in resources.requests.above(given.lacking(resources.limits)):
            rule = f"is less than the {request} that the Job for {name} requests, its pod would be refused"
            yield Finding(f"namespaces.limitRange.defaultLimit.{key}", f'"{limit}"', rule)


def default_request(settings: Settings) -> Iterator[Finding]:
    """Refuse a LimitRange that gives containers a request above its limit: the API server refuses it too."""
    limits = settings.namespaces.limit_range
    for key, request, limit in limits.given_request.above(limits.given_limit):
        rule = f"is more than `namespaces.limitRange.defaultLimit.{key}: {limit}`"
        yield Finding(f"namespaces.limitRange.defaultRequest.{key}", f'"{request}"', rule)


def quota_needs_requests(settings: Settings) -> Iterator[Finding]:
    """Refuse pods without requests under a ResourceQuota, which refuses them too, after everything else is there."""
    spaces = settings.namespaces
    if not spaces.quota.enabled:
        return
    default = spaces.limit_range.given_request
    for path, _, resources in _containers(settings):
        for key in ("cpu", "memory"):
            if not any(getattr(amounts, key) for amounts in (resources.requests, resources.limits, default)):
                rule = "a pod without it is refused by the namespace's ResourceQuota: set it"
                yield Finding(f"{path}.resources.requests.{key}", '""', rule)


ROOT: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    limit_below_request,
    default_limit,
    default_limit_of_jobs,
    default_request,
    quota_needs_requests,
)
