"""Reads the configuration of the current stack and checks it.

Nothing else in the program reads configuration.
"""

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
from ..settings.validation import validate
from .data import deployed
from .data.changes import refused_changes
from .data.deployed import DeployedStack
from .kubeconfig import check_context
from .rules import check
from .settings import Settings

_PROVIDERS = frozenset({"kubernetes", "random"})
"""Providers of the program, whose own configuration the engine reads."""


def read_settings() -> Settings:
    """Read the settings of the current stack and check them, without looking at what is deployed.

    Raises:
        pulumi.RunError: Settings were refused. It holds every finding; the engine prints it without a stack trace and
            changes nothing.
    """
    values, encrypted = _project_values()
    settings, findings = parse(values, encrypted)
    findings += unknown_namespaces(_all_values(), pulumi.get_project())
    reported = {finding.path for finding in findings}
    broken_rules = [finding for finding in check(settings) if finding.path not in reported]
    if not reported & {"kubeconfig", "context"}:
        broken_rules += check_context(settings.kubeconfig, settings.context, os.environ, Path.cwd())
    _raise(findings + [_without_secret(finding, encrypted) for finding in broken_rules])
    return settings


def read_deployed(settings: Settings) -> DeployedStack:
    """Read what the current stack has deployed, and check what the settings would change about it.

    Args:
        settings: The settings of the current stack.

    Raises:
        pulumi.RunError: The settings would lose data. It holds every finding.
    """
    found = deployed.read()
    _, encrypted = _project_values()
    findings = refused_changes(found, settings, os.environ, Path.cwd())
    _raise([_without_secret(finding, encrypted) for finding in findings])
    return found


def parse(values: Mapping[str, str], secrets: frozenset[str] = frozenset()) -> tuple[Settings, list[Finding]]:
    """Return the settings in the engine's configuration, where every value is text, and what is wrong with them.

    Args:
        values: Values by key, without the project's namespace; objects and lists are JSON.
        secrets: Keys that are encrypted in the stack file.
    """
    texts = {field.alias for field in Settings.model_fields.values() if field.annotation is str}
    # An unknown key is decoded too: a misspelled section is then a mapping, whose content no message shows.
    raw = {key: value if key in texts else _decode(value) for key, value in values.items()}
    return validate(Settings, raw, hidden=secrets)


def _decode(value: str) -> Any:
    """Return a value that is not JSON as it is; the rules of its type say what is wrong with it."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def unknown_namespaces(values: Mapping[str, str], project: str) -> list[Finding]:
    """Refuse keys whose namespace nothing reads; most often it is a misspelled project name.

    Args:
        values: All values of the stack, by key with namespace.
        project: Name of the project.
    """
    read = {project, "pulumi", *_PROVIDERS}
    return [
        Finding(key, "", f"nothing reads the namespace `{key.partition(':')[0]}`, did you mean `{project}:`?")
        for key in values
        if key.partition(":")[0] not in read
    ]


def _without_secret(finding: Finding, encrypted: frozenset[str]) -> Finding:
    """Return a finding without its value if the stack file holds that encrypted."""
    secret = finding.value and re.split(r"\W", finding.path, maxsplit=1)[0] in encrypted
    return replace(finding, value="[secret]") if secret else finding


def _all_values() -> dict[str, str]:
    return {**runtime_config.get_config_env(), **runtime_config.CONFIG.get()}


def _project_values() -> tuple[dict[str, str], frozenset[str]]:
    """Return the values of this project by key without its namespace, and the keys that are encrypted."""
    prefix = f"{pulumi.get_project()}:"
    values = {key.removeprefix(prefix): value for key, value in _all_values().items() if key.startswith(prefix)}
    return values, frozenset(key for key in values if runtime_config.is_config_secret(f"{prefix}{key}"))


def _raise(findings: Sequence[Finding]) -> None:
    if findings:
        raise pulumi.RunError(str(SettingsError(findings, f"Pulumi.{pulumi.get_stack()}.yaml")))
