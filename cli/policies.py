"""The policy pack for a stack: its levels and exceptions from the settings, and the violations in a preview."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pulumi.runtime.rpc import UNKNOWN as ENGINE_UNKNOWN

from cli.data import is_list, is_mapping
from components.settings import findings
from components.settings.findings import Finding
from components.stack.policies import Level
from components.stack.settings import DEVELOPMENT, Settings
from policies.rules import RESOURCE_RULES, STACK_RULES
from policies.rules.exposure import NO_ANONYMOUS_OLLAMA
from policies.rules.rule import EXCEPTIONS, UNKNOWN, Resource

HIDDEN = "[secret]"
"""Placeholder of a secret in a preview."""


_GRAVE: dict[Level, findings.Level] = {"mandatory": "error", "advisory": "warning"}
"""Severity of a violation: a mandatory rule stops `up`, like an error."""


def levels(settings: Settings) -> dict[str, Level]:
    """Return the enforcement level of every rule for a stack."""
    policies = settings.policies
    everywhere: Level = policies.level or ("advisory" if settings.environment == DEVELOPMENT else "mandatory")
    chosen: dict[str, Level] = {**policies.rules}
    return {rule.name: chosen.get(rule.name, everywhere) for rule in (*RESOURCE_RULES, *STACK_RULES)}


def exceptions(settings: Settings) -> dict[str, list[str]]:
    """Return the objects that are exempt from rules in a stack, by the rule's name."""
    found = {name: list(objects) for name, objects in settings.policies.exceptions.items()}
    for pool, server in settings.ollama.servers().items():
        if server.exposure.allow_anonymous:
            name = f"ollama-{pool}-ingress" if pool else "ollama-ingress"
            found.setdefault(NO_ANONYMOUS_OLLAMA.name, []).append(f"{settings.namespaces.ollama_name}/{name}")
    return found


def pack_config(settings: Settings) -> dict[str, Any]:
    """Return the content for `--policy-pack-config`, so that the engine uses the stack's levels."""
    passed = exceptions(settings)
    return {
        name: {"enforcementLevel": level, EXCEPTIONS: passed.get(name, [])} for name, level in levels(settings).items()
    }


def previewed(output: str) -> list[Resource]:
    """Return the resources that a stack will have, without duplicates, in the order of the steps.

    Args:
        output: Output of `pulumi preview --json --show-sames`.

    Raises:
        ValueError: The output is not a preview.
    """
    steps: Sequence[Mapping[str, Any]] = json.loads(output)["steps"]
    kept = (step["newState"] for step in steps if step.get("newState") and not step["op"].startswith("delete"))
    # A replacement has several steps with the same state.
    states = {state["urn"]: state for state in kept}.values()
    return [
        Resource(
            state["type"],
            state["urn"].rpartition("::")[2],
            _with_unknowns(state.get("inputs") or {}),
            protect=bool(state.get("protect")),
            urn=state["urn"],
        )
        for state in states
    ]


def _with_unknowns(value: Any) -> Any:
    if is_mapping(value):
        return {key: _with_unknowns(entry) for key, entry in value.items()}
    if is_list(value):
        return [_with_unknowns(entry) for entry in value]
    return UNKNOWN if value in (ENGINE_UNKNOWN, HIDDEN) else value


def violations(resources: Sequence[Resource], settings: Settings) -> Iterator[Finding]:
    """Return the violations of a stack by rule: errors for mandatory rules, warnings for advisory ones."""
    level, passed = levels(settings), exceptions(settings)
    for rule in RESOURCE_RULES:
        if level[rule.name] != "disabled":
            for resource in resources:
                for message in rule.violations(resource, passed.get(rule.name, [])):
                    yield Finding(rule.name, "", message, _GRAVE[level[rule.name]])
    for stack_rule in STACK_RULES:
        if level[stack_rule.name] != "disabled":
            for violation in stack_rule.violations(resources, passed.get(stack_rule.name, [])):
                yield Finding(stack_rule.name, "", violation.message, _GRAVE[level[stack_rule.name]])
