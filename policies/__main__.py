"""The policy pack: every rule, as the engine runs it (`pulumi preview --policy-pack policies`)."""

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    PolicyPack,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError
from rules import RESOURCE_RULES, STACK_RULES
from rules.rule import EXCEPTIONS, UNKNOWN, Resource, ResourceRule, StackRule

CONFIG_SCHEMA = PolicyConfigSchema(
    properties={
        EXCEPTIONS: {
            "type": "array",
            "items": {"type": "string"},
            "description": "Objects that the rule passes over, as namespace/name; name alone outside of namespaces.",
        }
    }
)


def plain(value: Any) -> Any:
    """Return a property as plain data, with UNKNOWN for values that only `pulumi up` will know."""
    if isinstance(value, Mapping):
        return {key: _entry(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_entry(value, index) for index in range(len(value))]
    return value


def _entry(container: Any, key: Any) -> Any:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN


def resource(found: ResourceValidationArgs | PolicyResource) -> Resource:
    """Return a resource in the form that rules take."""
    return Resource(found.resource_type, found.name, plain(found.props), protect=found.opts.protect, urn=found.urn)


def resource_policy(rule: ResourceRule) -> ResourceValidationPolicy:
    """Return a policy from a rule on single resources."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        for message in rule.violations(resource(args), args.get_config().get(EXCEPTIONS, [])):
            report(message)

    return ResourceValidationPolicy(rule.name, rule.description, validate, config_schema=CONFIG_SCHEMA)


def stack_policy(rule: StackRule) -> StackValidationPolicy:
    """Return a policy from a rule on all resources together."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        found = [resource(entry) for entry in args.resources]
        for violation in rule.violations(found, args.get_config().get(EXCEPTIONS, [])):
            report(violation.message, violation.urn)

    return StackValidationPolicy(rule.name, rule.description, validate, config_schema=CONFIG_SCHEMA)


PolicyPack(
    "ollama-librechat",
    [*map(resource_policy, RESOURCE_RULES), *map(stack_policy, STACK_RULES)],
    enforcement_level=EnforcementLevel.MANDATORY,
)
