"""The one reader of the stack's configuration."""

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import config as runtime_config

from ..settings.findings import Finding, SettingsError
from ..settings.key_paths import render_path
from ..settings.validation import unknown_key_rule, validate
from .data import changes as data_changes
from .data import deployed
from .data.deployed import DeployedStack
from .kubeconfig import check_context
from .rules import check
from .settings import Settings


def parse(values: Mapping[str, str], secrets: frozenset[str] = frozenset()) -> tuple[Settings, list[Finding]]:
    """Turn the engine's configuration, where every value is text, into settings and findings.

    values: value by key without the project's namespace; objects and lists as JSON.
    secrets: the keys that are encrypted in the stack file.
    """
    raw: dict[str, Any] = {}
    for key, value in values.items():
        field = next((f for f in Settings.model_fields.values() if f.alias == key), None)
        # An unknown key too, so that a misspelled section is a mapping, whose content no message shows.
        raw[key] = value if field is not None and _is_text(field.annotation) else _json(value)
    settings, findings = validate(Settings, raw, hidden=secrets)
    return settings, findings


def _is_text(annotation: object) -> bool:
    return annotation is str


def _json(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


def foreign_keys(values: Mapping[str, str], project: str) -> list[Finding]:
    """Refuse keys of a namespace that nothing reads, most often a misspelled project name."""
    known = {project, "pulumi", "kubernetes", "random"}
    return [
        Finding(key, "", f"nothing reads the namespace `{key.partition(':')[0]}`, did you mean `{project}:`?")
        for key in values
        if key.partition(":")[0] not in known
    ]


def _hidden(finding: Finding, encrypted: frozenset[str]) -> Finding:
    """Leave out the value of a finding below a key that the stack file holds encrypted."""
    secret = finding.value and re.split(r"\W", finding.path, maxsplit=1)[0] in encrypted
    return replace(finding, value="[secret]") if secret else finding


def load() -> Settings:
    """Read the settings of the current stack, and check them by themselves.

    Raises pulumi.RunError with every finding: the engine then prints it without a stack trace and changes nothing.
    """
    own, encrypted = _own_values()
    settings, findings = parse(own, encrypted)
    findings += foreign_keys(_values(), pulumi.get_project())
    refused = {finding.path for finding in findings}
    further = [finding for finding in check(settings) if finding.path not in refused]
    if not refused & {"kubeconfig", "context"}:
        further += check_context(settings.kubeconfig, settings.context, os.environ, Path.cwd())
    _refuse(findings + [_hidden(finding, encrypted) for finding in further])
    return settings


def load_deployed(settings: Settings) -> DeployedStack:
    """Read what the current stack has deployed, and check what the settings would change of it.

    Raises pulumi.RunError with every change that would lose data.
    """
    running = deployed.read()
    _, encrypted = _own_values()
    findings = data_changes.refused(running, settings, os.environ, Path.cwd())
    _refuse([_hidden(finding, encrypted) for finding in findings])
    return running


def _values() -> dict[str, str]:
    return {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}


def _own_values() -> tuple[dict[str, str], frozenset[str]]:
    """Give the values of this project by their keys, and which of these the stack file holds encrypted."""
    prefix = f"{pulumi.get_project()}:"
    own = {key.removeprefix(prefix): value for key, value in _values().items() if key.startswith(prefix)}
    return own, frozenset(key for key in own if runtime_config.is_config_secret(f"{prefix}{key}"))


def _refuse(findings: Sequence[Finding]) -> None:
    if findings:
        raise pulumi.RunError(str(SettingsError(findings, f"Pulumi.{pulumi.get_stack()}.yaml")))


__all__ = ["foreign_keys", "load", "load_deployed", "parse", "render_path", "unknown_key_rule"]
