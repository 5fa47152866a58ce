"""The project's files: their paths, the stacks, and the contents of a stack file."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cli.data import Properties, is_list, is_mapping
from cli.errors import CommandError
from components.settings.findings import Finding
from components.settings.validation import validate
from components.stack.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
"""Directory of Pulumi.yaml."""

CLUSTERS = PROJECT / ".sandbox"
"""Directory of the embedded clusters, one directory each."""

NAME = "ollama-librechat"
"""Name of the Pulumi project, the namespace of its settings."""

SANDBOX_STACK = "sandbox"
DEFAULT_STACK = "dev"


@dataclass(frozen=True)
class StackFile:
    """Contents of Pulumi.<stack>.yaml.

    Attributes:
        name: Name of the stack.
        path: The file.
        config: Settings by key, without the project's namespace; a secret is a mapping with the key `secure`.
    """

    name: str
    path: Path
    config: dict[str, Any]

    @property
    def kubeconfig(self) -> str:
        """The setting `kubeconfig`."""
        return str(self.config.get("kubeconfig") or "")

    @property
    def context(self) -> str:
        """The setting `context`."""
        return str(self.config.get("context") or "")

    @property
    def kubeconfig_path(self) -> Path | None:
        """Path of the kubeconfig; None for KUBECONFIG or `~/.kube/config`."""
        return PROJECT / Path(self.kubeconfig).expanduser() if self.kubeconfig else None

    @property
    def embedded_cluster(self) -> str | None:
        """Name of the stack's embedded cluster: its kubeconfig is `.sandbox/<name>/kubeconfig`."""
        path = self.kubeconfig_path
        inside = path is not None and path.name == "kubeconfig" and path.parent.parent == CLUSTERS
        return path.parent.name if path and inside else None

    @property
    def data_protection(self) -> bool:
        """The setting `dataProtection`."""
        return self.config.get("dataProtection") is True

    @property
    def namespaces(self) -> tuple[str, str]:
        """Names of the namespaces of Ollama and of LibreChat."""
        names = self.settings()[0].namespaces
        return names.ollama_name, names.librechat_name

    def settings(self) -> tuple[Settings, list[Finding]]:
        """Check the settings without an engine. Secrets, which only the engine can decrypt, are left out."""
        hidden = frozenset(key for key, value in self.config.items() if _holds_secret(value))
        return validate(Settings, without_secrets(self.config), hidden)


def _holds_secret(value: object) -> bool:
    if is_mapping(value):
        return set(value) == {"secure"} or any(map(_holds_secret, value.values()))
    return is_list(value) and any(map(_holds_secret, value))


def without_secrets(value: Properties) -> dict[str, Any]:
    """Leave out encrypted values: mappings whose only key is `secure`."""
    result: dict[str, Any] = {}
    for key, entry in value.items():
        if is_mapping(entry):
            if set(entry) != {"secure"}:
                result[key] = without_secrets(entry)
        else:
            result[key] = entry
    return result


def stack_names() -> list[str]:
    """Return the names of the stacks that have a file."""
    return sorted(path.name.removeprefix("Pulumi.").removesuffix(".yaml") for path in PROJECT.glob("Pulumi.*.yaml"))


def read_stack(name: str) -> StackFile:
    """Read a stack file.

    Raises:
        CommandError: The file does not exist or is not valid YAML.
    """
    path = PROJECT / f"Pulumi.{name}.yaml"
    if not path.is_file():
        known = ", ".join(stack_names())
        raise CommandError(f"There is no stack {name!r}: Pulumi.{name}.yaml is missing. There are: {known}.")
    try:
        document: dict[str, Any] = yaml.safe_load(path.read_text()) or {}
        values = dict(document.get("config") or {})
    except (yaml.YAMLError, AttributeError, TypeError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise CommandError(f"{path.name}{line} is not a stack file: {getattr(error, 'problem', error)}.") from error
    own = {key.partition(":")[2]: value for key, value in values.items() if key.startswith(f"{NAME}:")}
    return StackFile(name, path, own)


def relative(path: Path) -> str:
    """Return a path relative to the current directory."""
    return os.path.relpath(path)
