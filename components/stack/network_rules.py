"""Rules on network access that concern more than one setting."""

from collections.abc import Callable, Iterator

from ..settings.findings import Finding
from .settings import Settings, exposures


def unknown_controller(settings: Settings) -> Iterator[Finding]:
    """Refuse an exposure without a source of its traffic: the NetworkPolicies would block it."""
    policies = settings.network_policies
    source = policies.ingress_controller
    if not policies.enabled or source.namespace or source.networks:
        return
    for name, exposure in exposures(settings).items():
        if exposure.type != "none" and exposure.controller == "other":
            rule = (
                f"`{name}.exposure.controller: other` does not say where its pods are: name their namespace, set "
                "`networkPolicies.ingressController.networks`, or `networkPolicies.enabled: false`"
            )
            yield Finding("networkPolicies.ingressController.namespace", '""', rule)
            return


def egress_rules(settings: Settings) -> Iterator[Finding]:
    """Refuse unknown keys in egress rules: with a misspelled `to`, a rule would allow every address."""
    extra = settings.network_policies.extra_egress
    for name, rules in (("librechat", extra.librechat), ("ollama", extra.ollama)):
        for index, rule in enumerate(rules):
            unknown = sorted(set(rule) - {"to", "ports"})
            if unknown:
                path = f"networkPolicies.extraEgress.{name}[{index}]"
                yield Finding(path, f'"{unknown[0]}"', "unknown key, an egress rule has `to` and `ports`")


RULES: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    unknown_controller,
    egress_rules,
)
