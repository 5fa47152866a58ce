"""Rules on what keeps others out, where more than one setting is concerned."""

from collections.abc import Callable, Iterator

from components.settings.findings import Finding
from components.settings.root import Settings
from components.settings.workload import Resources, above


def unknown_controller(settings: Settings) -> Iterator[Finding]:
    """Refuse an exposure whose traffic the NetworkPolicies would stop, because nobody knows where it comes from."""
    policies = settings.network_policies
    own = policies.ingress_controller
    if not policies.enabled or own.namespace or own.networks:
        return
    for name, exposure in (("librechat", settings.librechat.exposure), ("ollama", settings.ollama.exposure)):
        if exposure.type != "none" and exposure.controller == "other":
            rule = (
                f"`{name}.exposure.controller: other` does not say where its pods are: name their namespace, set "
                "`networkPolicies.ingressController.networks`, or `networkPolicies.enabled: false`"
            )
            yield Finding("networkPolicies.ingressController.namespace", '""', rule)
            return


def egress_rules(settings: Settings) -> Iterator[Finding]:
    """Refuse egress rules that are none: a misspelled `to` would open every address."""
    extra = settings.network_policies.extra_egress
    for name, rules in (("librechat", extra.librechat), ("ollama", extra.ollama)):
        for index, rule in enumerate(rules):
            unknown = sorted(set(rule) - {"to", "ports"})
            if unknown:
                path = f"networkPolicies.extraEgress.{name}[{index}]"
                yield Finding(path, f'"{unknown[0]}"', "unknown key, an egress rule has `to` and `ports`")


def containers(settings: Settings) -> Iterator[tuple[str, Resources]]:
    """Give the key path and the resources of every workload that settings give resources to."""
    yield "ollama", settings.ollama.resources
    yield "librechat", settings.librechat.resources
    if not settings.mongodb.is_external:
        yield "mongodb", settings.mongodb.resources
    if settings.meilisearch.enabled and not settings.meilisearch.external.url:
        yield "meilisearch", settings.meilisearch.resources


def default_limit(settings: Settings) -> Iterator[Finding]:
    """Refuse to run without a limit where the LimitRange would give one."""
    limits = settings.namespaces.limit_range
    if not limits.enabled:
        return
    for name, resources in containers(settings):
        for key, default in limits.default_limit.mapping().items():
            if not getattr(resources.limits, key):
                rule = (
                    f"the namespace's LimitRange would make it {default}: set a limit, "
                    f"or `namespaces.limitRange.defaultLimit.{key}` to nothing"
                )
                yield Finding(f"{name}.resources.limits.{key}", '""', rule)


def default_request(settings: Settings) -> Iterator[Finding]:
    """Refuse a LimitRange that gives containers a request above its limit: the API server refuses it too."""
    limits = settings.namespaces.limit_range
    if not limits.enabled:
        return
    for key, request, limit in above(limits.default_request, limits.default_limit):
        rule = f"is more than `namespaces.limitRange.defaultLimit.{key}: {limit}`"
        yield Finding(f"namespaces.limitRange.defaultRequest.{key}", f'"{request}"', rule)


def quota_needs_requests(settings: Settings) -> Iterator[Finding]:
    """Refuse pods without requests under a ResourceQuota, which refuses them too, after everything else is there."""
    spaces = settings.namespaces
    if not spaces.quota.enabled:
        return
    default = spaces.limit_range.default_request if spaces.limit_range.enabled else None
    for name, resources in containers(settings):
        for key in ("cpu", "memory"):
            fallback = getattr(default, key) if default else ""
            if not getattr(resources.requests, key) and not getattr(resources.limits, key) and not fallback:
                rule = "a pod without it is refused by the namespace's ResourceQuota: set it"
                yield Finding(f"{name}.resources.requests.{key}", '""', rule)


ROOT: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    unknown_controller,
    egress_rules,
    default_limit,
    default_request,
    quota_needs_requests,
)
