"""A stack of this program for a test, with its own directory, state and settings."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import yaml
from kubernetes import client, config
from kubernetes.client import ApiClient
from pulumi import automation as auto

from sandbox.engine.engine import Engine

PROJECT = Path(__file__).resolve().parent.parent.parent
NAME = "ollama-librechat"
LINKED = ("components", "sandbox", "pyproject.toml", "requirements.txt", "uv.lock", ".venv")


class HasKubeconfig(Protocol):
    """An embedded cluster, or any other."""

    @property
    def kubeconfig(self) -> Path:
        """Path of the kubeconfig."""
        ...

    @property
    def context(self) -> str:
        """The context in the kubeconfig."""
        ...


def stack_config(stack: str) -> dict[str, Any]:
    """Return the settings of one of the project's own stack files."""
    document = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text())
    return {key.partition(":")[2]: value for key, value in document["config"].items()}


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with changes: mappings are merged, everything else is replaced."""
    result = dict(base)
    for key, value in changes.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, Mapping) else value
    return result


class Stack:
    """The project's program as a stack on a test cluster, controlled by the Automation API."""

    def __init__(
        self, name: str, directory: Path, engine: Engine, cluster: HasKubeconfig, settings: Mapping[str, Any]
    ) -> None:
        self.name = name
        self.cluster = cluster
        self.directory = directory
        self.log: list[str] = []
        self.passphrase = secrets.token_hex(16)
        directory.mkdir(parents=True)
        for file in ("Pulumi.yaml", "__main__.py"):
            shutil.copyfile(PROJECT / file, directory / file)
        for file in LINKED:
            if (PROJECT / file).exists():
                (directory / file).symlink_to(PROJECT / file)
        self.backend = directory / "state"
        self.backend.mkdir()
        self.settings: dict[str, Any] = {}
        self.write({**settings, "kubeconfig": str(cluster.kubeconfig), "context": cluster.context})
        self.env = {
            **engine.env({k: v for k, v in os.environ.items() if not k.startswith("PULUMI_")}),
            "PULUMI_BACKEND_URL": self.backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": self.passphrase,
            "PULUMI_HOME": os.environ.get("PULUMI_HOME", str(Path("~/.pulumi").expanduser())),
        }
        self.automation = auto.create_or_select_stack(
            stack_name=name,
            work_dir=str(directory),
            opts=auto.LocalWorkspaceOptions(env_vars=self.env, pulumi_command=engine.command()),
        )

    def write(self, settings: Mapping[str, Any]) -> None:
        """Write the stack file, keeping the salt of its secrets."""
        self.settings = dict(settings)
        path = self.directory / f"Pulumi.{self.name}.yaml"
        document = yaml.safe_load(path.read_text()) if path.exists() else {}
        document["config"] = {f"{NAME}:{key}": value for key, value in settings.items()}
        path.write_text(yaml.safe_dump(document))

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change settings."""
        self.write(merged(self.settings, changes))

    def up(self, **options: Any) -> auto.UpResult:
        """Deploy."""
        return self.automation.up(on_output=self.log.append, **options)

    def preview(self, **options: Any) -> auto.PreviewResult:
        """Preview."""
        return self.automation.preview(on_output=self.log.append, **options)

    def steps(self, **options: Any) -> dict[str, str]:
        """Preview, and return the operation of each resource that would change, by name."""
        found: dict[str, str] = {}

        def note(event: auto.events.EngineEvent) -> None:
            metadata = event.resource_pre_event.metadata if event.resource_pre_event else None
            if metadata and metadata.op not in {auto.OpType.SAME, auto.OpType.REFRESH, auto.OpType.READ}:
                found[metadata.urn.rsplit("::", 1)[-1]] = str(getattr(metadata.op, "value", metadata.op))

        self.preview(on_event=note, **options)
        return found

    def destroy(self, **options: Any) -> auto.DestroyResult:
        """Destroy."""
        return self.automation.destroy(on_output=self.log.append, **options)

    def state_text(self) -> str:
        """Return all contents of the state directory as text."""
        return "\n".join(path.read_text(errors="replace") for path in self.backend.rglob("*") if path.is_file())

    def resources(self) -> list[dict[str, Any]]:
        """Return the resources in the state."""
        deployment = self.automation.export_stack().deployment or {}
        return list(json.loads(json.dumps(deployment)).get("resources", []))


class Kubernetes:
    """Live objects of a test cluster."""

    def __init__(self, cluster: HasKubeconfig) -> None:
        self.api: ApiClient = config.new_client_from_config(
            config_file=str(cluster.kubeconfig), context=cluster.context
        )
        self.core = client.CoreV1Api(self.api)
        self.apps = client.AppsV1Api(self.api)
        self.batch = client.BatchV1Api(self.api)
        self.networking = client.NetworkingV1Api(self.api)

    def plain(self, item: Any) -> dict[str, Any]:
        """Return an object as in its manifest, in camelCase."""
        return dict(self.api.sanitize_for_serialization(item))

    def deployment(self, namespace: str, name: str) -> dict[str, Any]:
        """Return a Deployment."""
        return self.plain(self.apps.read_namespaced_deployment(name, namespace))

    def pods(self, namespace: str) -> list[dict[str, Any]]:
        """Return the pods of a namespace that are not being deleted."""
        items = [self.plain(item) for item in self.core.list_namespaced_pod(namespace).items]
        return [item for item in items if "deletionTimestamp" not in item["metadata"]]

    def namespaces(self) -> set[str]:
        """Return the names of all namespaces."""
        return {item.metadata.name for item in self.core.list_namespace().items}
