"""Rules on CPU and memory: what the API server would refuse, or a namespace's defaults would change unasked."""

from collections.abc import Callable, Iterator

from ..definition import Application, Containers, ProgramJob
from ..settings.findings import Finding
from ..workload.rules import limit_below_request
from .settings import Settings, components


def containers(settings: Settings, namespace: Application | None = None) -> Iterator[Containers]:
    """Yield what runs with resources from the settings, in one namespace or in both."""
    for name, component in components().items():
        if namespace in {None, component.namespace}:
            yield from component.containers(getattr(settings, name))


def jobs(settings: Settings, namespace: Application | None = None) -> Iterator[ProgramJob]:
    """Yield the Jobs whose resources no setting gives, in one namespace or in both."""
    for name, component in components().items():
        if namespace in {None, component.namespace}:
            yield from component.jobs(getattr(settings, name))


def default_limit(settings: Settings) -> Iterator[Finding]:
    """Refuse to run without a limit where the LimitRange would give one."""
    given = settings.namespaces.limit_range.given_limit
    for path, _, resources in containers(settings):
        for key, default in given.lacking(resources.limits).mapping().items():
            rule = (
                f"the namespace's LimitRange would make it {default}: set a limit, "
                f"or `namespaces.limitRange.defaultLimit.{key}` to nothing"
            )
            yield Finding(f"{path}.resources.limits.{key}", '""', rule)


def default_limit_of_jobs(settings: Settings) -> Iterator[Finding]:
    """Refuse a LimitRange whose limit is below what a Job asks for that has none: the API server refuses its pod."""
    given = settings.namespaces.limit_range.given_limit
    for name, resources, _ in jobs(settings):
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
    for path, _, resources in containers(settings):
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
