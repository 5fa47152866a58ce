"""Resolves the args of a component to its settings."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .base import AcceptsOutput, Section, SectionType, put_outputs, take_outputs
from .findings import Finding, SettingsError
from .key_paths import section_of
from .validation import canonical, validate


def resolve(
    model: type[SectionType],
    args: Mapping[str, Any],
    args_type: type,
    checks: Sequence[Callable[[SectionType, str], Iterator[Finding]]] = (),
    source: str = "the component",
) -> SectionType:
    """Return the settings in the args of a component, with defaults, held to the rules of stack files.

    Args:
        model: Settings of the component.
        args: Its args; keys that are no settings (namespace, labels, ...) are left to the component.
        args_type: TypedDict of the args, which defines the valid keys.
        checks: Rules for more than one setting. Each takes the settings and their key path, which is empty here.
        source: What the args belong to, for the message.

    Raises:
        SettingsError: Args were refused; it holds every finding.
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
    """Yield a finding for each key that the args of a component do not have, without its value, which may be a secret.

    Args:
        args: The args.
        args_type: TypedDict of the args, which defines the valid keys.
    """
    # Own and inherited keys, required or not.
    valid = sorted({*getattr(args_type, "__required_keys__", ()), *getattr(args_type, "__optional_keys__", ())})
    for key in args:
        if key not in valid:
            near = difflib.get_close_matches(key.lower(), valid, n=1, cutoff=0.5)
            hint = f"did you mean `{near[0]}`?" if near else f"valid are {', '.join(f'`{name}`' for name in valid)}"
            yield Finding(key, "", f"unknown key, {hint}")


def _misplaced(model: type[Section], outputs: Mapping[str, Any], prefix: str = "") -> list[Finding]:
    """Return a finding for each output in place of a value that decides which resources exist."""
    findings: list[Finding] = []
    for key, value in outputs.items():
        field = model.model_fields[key]
        nested = section_of(field.annotation)
        if nested and isinstance(value, Mapping):
            findings += _misplaced(nested, value, f"{prefix}{key}.")  # type: ignore[arg-type]
        elif not isinstance(value, Mapping) and not any(isinstance(m, AcceptsOutput) for m in field.metadata):
            findings.append(Finding(f"{prefix}{key}", "", "has to be a plain value: it decides which resources exist"))
    return findings
