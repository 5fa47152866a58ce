"""Rules on CPU and memory that concern a namespace: its LimitRange and its ResourceQuota."""

from collections.abc import Callable, Iterator

from ..definition import Application, Containers, ProgramJob
from ..settings.findings import Finding
from ..workload.rules import limit_below_request
from .settings import Settings, components


def containers(settings: Settings, application: Application | None = None) -> Iterator[Containers]:
    """Yield the containers whose resources are in the settings, of one namespace or of both."""
    for name, component in components().items():
        if application in {None, component.namespace}:
            yield from component.containers(getattr(settings, name))


def jobs(settings: Settings, application: Application | None = None) -> Iterator[ProgramJob]:
    """Yield the Jobs whose resources the program sets, of one namespace or of both."""
    for name, component in components().items():
        if application in {None, component.namespace}:
            yield from component.jobs(getattr(settings, name))


def default_limit(settings: Settings) -> Iterator[Finding]:
    """Refuse a container without a limit if the LimitRange would give it one unasked."""
    given = settings.namespaces.limit_range.given_limit
    for path, _, resources in containers(settings):
        for key, default in given.lacking(resources.limits).mapping().items():
            rule = (
                f"the namespace's LimitRange would make it {default}: set a limit, "
                f"or `namespaces.limitRange.defaultLimit.{key}` to nothing"
            )
            yield Finding(f"{path}.resources.limits.{key}", '""', rule)


def default_limit_of_jobs(settings: Settings) -> Iterator[Finding]:
    """Refuse a default limit below the request of a Job without a limit: the API server would refuse its pod."""
    given = settings.namespaces.limit_range.given_limit
    for name, resources, _ in jobs(settings):
        for key, request, limit in resources.requests.above(given.lacking(resources.limits)):
            rule = f"is less than the {request} that the Job for {name} requests, its pod would be refused"
            yield Finding(f"namespaces.limitRange.defaultLimit.{key}", f'"{limit}"', rule)


def default_request(settings: Settings) -> Iterator[Finding]:
    """Refuse a default request above the default limit: the API server would refuse the LimitRange."""
    limits = settings.namespaces.limit_range
    for key, request, limit in limits.given_request.above(limits.given_limit):
        rule = f"is more than `namespaces.limitRange.defaultLimit.{key}: {limit}`"
        yield Finding(f"namespaces.limitRange.defaultRequest.{key}", f'"{request}"', rule)


def quota_needs_requests(settings: Settings) -> Iterator[Finding]:
    """Refuse containers without requests under a ResourceQuota: the API server would refuse their pods."""
    namespaces = settings.namespaces
    if not namespaces.quota.enabled:
        return
    default = namespaces.limit_range.given_request
    for path, _, resources in containers(settings):
        for key in ("cpu", "memory"):
            if not any(getattr(amounts, key) for amounts in (resources.requests, resources.limits, default)):
                rule = "a pod without it is refused by the namespace's ResourceQuota: set it"
                yield Finding(f"{path}.resources.requests.{key}", '""', rule)


RULES: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    limit_below_request,
    default_limit,
    default_limit_of_jobs,
    default_request,
    quota_needs_requests,
)
