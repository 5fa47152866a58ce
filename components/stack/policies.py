"""Settings of the policy pack: the enforcement level of each rule, and its exceptions."""

from typing import Literal

from ..settings.base import Section

Level = Literal["advisory", "mandatory", "disabled"]
"""Whether a violation is reported, blocks the stack, or is ignored."""

Rule = Literal[
    "image-version",
    "chart-version",
    "requests-and-limits",
    "restricted-pods",
    "no-host-namespaces",
    "no-load-balancer",
    "no-anonymous-ollama",
    "no-clear-text-secrets",
    "network-policy",
    "data-protected",
    "labels",
    "one-gpu-holder",
]
"""Name of a rule in policies/."""


class Policies(Section):
    """The policy pack."""

    level: Literal["", "advisory", "mandatory"] = ""
    """Enforcement level of all rules: `advisory` reports a violation, `mandatory` blocks the stack. Empty for advisory
    in the environment `development` and mandatory in every other."""
    rules: dict[Rule, Level] = {}
    """Enforcement level of individual rules: `advisory`, `mandatory` or `disabled`."""
    exceptions: dict[Rule, list[str]] = {}
    """Objects that a rule ignores, as `namespace/name`. The rule `no-anonymous-ollama` always ignores an Ollama whose
    exposure sets `allowAnonymous`."""
