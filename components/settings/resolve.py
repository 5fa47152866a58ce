"""From the `args` of a component to its settings."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from components.settings import checks as rules
from components.settings.base import AcceptsOutput, Section, put_outputs, take_outputs
from components.settings.exposure import Exposure
from components.settings.exposure_rules import exposure as exposure_rule
from components.settings.findings import Finding, SettingsError, canonical, section_of, validate
from components.settings.workload import Resources

S = TypeVar("S", bound=Section)


def resolve(
    model: type[S],
    args: Mapping[str, Any],
    checks: Sequence[Callable[[S], Iterator[Finding]]] = (),
    source: str = "the component",
) -> S:
    """Fill in defaults and check the args of a component with the rules that stack files have.

    model: the settings of the component.
    args: its args; keys that are no settings (namespace, labels, ...) are left to the component.
    checks: rules that concern more than one setting.

    Raises SettingsError with every finding.
    """
    own = {key: value for key, value in args.items() if key in model.model_fields}
    known, outputs = take_outputs(own)
    settings, findings = validate(model, canonical(model, known))
    findings += _misplaced(model, outputs)
    if findings:
        raise SettingsError(findings, source)
    complete = put_outputs(settings, outputs)
    if findings := [*_shared(complete), *(finding for check in checks for finding in check(complete))]:
        raise SettingsError(findings, source)
    return complete


def _shared(settings: Section) -> Iterator[Finding]:
    """Apply the rules of the sections that several components have."""
    exposure, resources = getattr(settings, "exposure", None), getattr(settings, "resources", None)
    if isinstance(exposure, Exposure):
        yield from exposure_rule(exposure, "exposure")
    if isinstance(resources, Resources):
        yield from rules.resources(resources, "resources")


def _misplaced(model: type[Section], outputs: Mapping[str, Any], prefix: str = "") -> list[Finding]:
    """Refuse outputs where the value decides which resources exist."""
    findings: list[Finding] = []
    for key, value in outputs.items():
        field = model.model_fields[key]
        nested = section_of(field.annotation)
        if nested and isinstance(value, Mapping):
            findings += _misplaced(nested, value, f"{prefix}{key}.")  # type: ignore[arg-type]
        elif not isinstance(value, Mapping) and not any(isinstance(m, AcceptsOutput) for m in field.metadata):
            findings.append(Finding(f"{prefix}{key}", "", "has to be a plain value: it decides which resources exist"))
    return findings
