"""Stacks of small programs that run inside the test, on an embedded cluster."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
from pulumi import automation as auto

from sandbox.engine import Engine

Program = Callable[[pulumi.ResourceOptions], None]
"""A program; it gets the options with the provider for its resources."""

PASSPHRASE = "only for this test"


class Inline:
    """One stack in a directory of its own, whose program can be changed between operations.

    `watch` is called with every line that the engine prints, while it prints.
    """

    def __init__(self, name: str, directory: Path, engine: Engine, kubeconfig: Path, **provider: Any) -> None:
        self.backend = directory / "state"
        self.backend.mkdir(parents=True)
        self.log: list[str] = []
        self.watch: Callable[[str], None] = lambda _: None
        self.provider: dict[str, Any] = {"kubeconfig": str(kubeconfig), "context": "sandbox", **provider}
        self._program: Program = lambda _: None
        env = {
            **engine.env({key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}),
            "PULUMI_BACKEND_URL": self.backend.as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        }
        self.automation = auto.create_stack(
            stack_name=name,
            project_name="inline",
            program=self._run,
            opts=auto.LocalWorkspaceOptions(work_dir=str(directory), env_vars=env, pulumi_command=engine.command()),
        )

    def _run(self) -> None:
        self._program(pulumi.ResourceOptions(provider=k8s.Provider("cluster", **self.provider)))

    def _told(self, line: str) -> None:
        self.log.append(line)
        self.watch(line)

    def up(self, program: Program | None = None, **options: Any) -> dict[str, int]:
        """Run `pulumi up`; return how many resources were created, updated, replaced and so on."""
        self._program = program or self._program
        result = self.automation.up(on_output=self._told, color="never", **options)
        return dict(result.summary.resource_changes or {})

    def preview(self, program: Program | None = None, **options: Any) -> dict[str, int]:
        """Run `pulumi preview`; return how many resources would be created, updated, replaced and so on."""
        self._program = program or self._program
        result = self.automation.preview(on_output=self._told, color="never", **options)
        return {str(getattr(kind, "value", kind)): count for kind, count in result.change_summary.items()}

    def destroy(self) -> None:
        """Destroy everything, also what a failed operation left half made."""
        self.automation.destroy(on_output=self._told, color="never")

    def outputs(self) -> dict[str, Any]:
        """Outputs of the stack, secrets included."""
        return {key: output.value for key, output in self.automation.outputs().items()}

    def state(self) -> dict[str, Any]:
        """State as it is stored, secrets encrypted."""
        (path,) = (self.backend / ".pulumi" / "stacks" / "inline").glob("*.json")
        document: dict[str, Any] = json.loads(path.read_text())
        return document

    def resource(self, name: str) -> dict[str, Any]:
        """A resource in the state."""
        found: dict[str, Any] = next(
            item for item in self.state()["checkpoint"]["latest"]["resources"] if item["urn"].endswith(f"::{name}")
        )
        return found

    def everything_written(self) -> str:
        """All that the engine wrote: state with its history and backups, and the log."""
        files = [path.read_text() for path in sorted(self.backend.rglob("*")) if path.is_file()]
        return "\n".join([*files, *self.log])
