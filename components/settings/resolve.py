"""From the `args` of a component to its settings."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from .base import AcceptsOutput, Section, put_outputs, take_outputs
from .findings import Finding, SettingsError
from .key_paths import section_of
from .validation import canonical, validate

S = TypeVar("S", bound=Section)


def resolve(
    model: type[S],
    args: Mapping[str, Any],
    args_type: type,
    checks: Sequence[Callable[[S, str], Iterator[Finding]]] = (),
    source: str = "the component",
) -> S:
    """Fill in defaults and check the args of a component with the rules that stack files have.

    model: the settings of the component.
    args: its args; keys that are no settings (namespace, labels, ...) are left to the component.
    args_type: the TypedDict of the args, which says what keys there are.
    checks: rules that concern more than one setting; each gets the settings and the key path before them, here none.

    Raises SettingsError with every finding.
    """
    own = {key: value for key, value in args.items() if key in model.model_fields}
    known, outputs = take_outputs(own)
    settings, findings = validate(model, canonical(model, known))
    findings = [*unknown_args(args, args_type), *findings, *_misplaced(model, outputs)]
    if findings:
        raise SettingsError(findings, source)
    complete = put_outputs(settings, outputs)
    if findings := [finding for check in checks for finding in check(complete, "")]:
        raise SettingsError(findings, source)
    return complete


def unknown_args(args: Mapping[str, Any], args_type: type) -> Iterator[Finding]:
    """Refuse keys that the args of a component do not have. Their values are not shown: nothing says what they are.

    args_type: the TypedDict of the args.
    """
    # Own and inherited keys alike; which of them are required does not matter here.
    valid = sorted({*getattr(args_type, "__required_keys__", ()), *getattr(args_type, "__optional_keys__", ())})
    for key in args:
        if key not in valid:
            near = difflib.get_close_matches(key.lower(), valid, n=1, cutoff=0.5)
            hint = f"did you mean `{near[0]}`?" if near else f"valid are {', '.join(f'`{name}`' for name in valid)}"
            yield Finding(key, "", f"unknown key, {hint}")


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
