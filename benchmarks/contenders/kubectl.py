"""kubectl with plain YAML, exported from the deployment of a Pulumi program, so that all deploy the same objects."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.cluster import Kubectl
from benchmarks.contenders.base import NAMESPACES, StateSize
from benchmarks.lines import written_lines

_DIFFERENCES = 1
_TIMEOUT = "--timeout=600s"


class KubectlApply:
    """Manifests in a file, applied with server-side apply.

    Args:
        name: Name of the contender.
        series: Its series.
        directory: Directory for the file with the manifests, readable by its owner only.
        objects: The manifests.
        kubectl: Runs kubectl.
    """

    def __init__(
        self, name: str, series: str, directory: Path, objects: Sequence[dict[str, Any]], kubectl: Kubectl
    ) -> None:
        self.name = name
        self.series = series
        self._objects = objects
        self._kubectl = kubectl
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = directory / "objects.yaml"
        self._file.touch(0o600)
        self._file.write_text(yaml.safe_dump_all(objects, sort_keys=False))
        self.lines = written_lines([self._file])

    def _workloads(self, *kinds: str) -> list[tuple[str, str]]:
        found = [entry for entry in self._objects if entry["kind"] in kinds]
        return [(entry["metadata"]["namespace"], f"{entry['kind']}/{entry['metadata']['name']}") for entry in found]

    def up(self) -> None:
        """Apply, then wait for all rollouts and Jobs."""
        self.apply()
        for namespace, workload in self._workloads("Deployment", "StatefulSet"):
            self._kubectl.run("rollout", "status", workload, "--namespace", namespace, _TIMEOUT)
        for namespace, job in self._workloads("Job"):
            self._kubectl.run("wait", "--for=condition=complete", job, "--namespace", namespace, _TIMEOUT)

    def apply(self) -> None:
        """Apply the file."""
        self._kubectl.run("apply", "--server-side", "--force-conflicts", "--filename", str(self._file))

    def plan(self) -> None:
        """Compare with the live objects: kubectl keeps no state."""
        self._diff()

    def refreshed_plan(self) -> bool | None:
        """Compare with the live objects."""
        return self._diff() == _DIFFERENCES

    def _diff(self) -> int:
        command = ("diff", "--server-side", "--force-conflicts", "--filename", str(self._file))
        return self._kubectl.run(*command, expected=(0, _DIFFERENCES)).status

    def change_image(self, image: str) -> None:
        """Set the image, and wait for the rollout."""
        self._kubectl.run("set", "image", "deployment/ollama", f"ollama={image}", "--namespace", "ollama")
        self._rollout()

    def _rollout(self) -> None:
        self._kubectl.run("rollout", "status", "deployment/ollama", "--namespace", "ollama", _TIMEOUT)

    def rollback(self) -> None:
        """Undo the last rollout."""
        self._kubectl.run("rollout", "undo", "deployment/ollama", "--namespace", "ollama")
        self._rollout()

    def destroy(self) -> None:
        """Delete the namespaces."""
        self._kubectl.run("delete", "namespace", *NAMESPACES, _TIMEOUT)

    def state(self) -> StateSize | None:
        """Return None: nothing is stored outside the cluster."""
        return None
