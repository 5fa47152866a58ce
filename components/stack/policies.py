"""Settings of the policy pack: how strictly each rule holds in an environment, and what it passes over."""

from typing import Literal

from ..settings.base import Section

Level = Literal["advisory", "mandatory", "disabled"]
"""What a violation does: it is told, it refuses the stack, or nobody looks."""

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
"""Name of a rule, as in policies/."""


class Policies(Section):
    """The policy pack."""

    level: Literal["", "advisory", "mandatory"] = ""
    """What a violation does: `advisory` tells it, `mandatory` refuses the stack; empty for advisory in the environment
    `development` and mandatory in every other."""
    rules: dict[Rule, Level] = {}
    """Rules with a level of their own, or `disabled`."""
    exceptions: dict[Rule, list[str]] = {}
    """Objects that a rule passes over, as `namespace/name`. An Ollama whose exposure says `allowAnonymous` is one of
    `no-anonymous-ollama` already."""
