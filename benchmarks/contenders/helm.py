"""Helm with a chart of benchmarks/helm."""

import json
import os
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from benchmarks.cluster import Kubectl
from benchmarks.commands import Done, run
from benchmarks.contenders.base import IMAGES, StateSize
from benchmarks.lines import written_lines

CHARTS = Path(__file__).resolve().parents[1] / "helm"
_RELEASE = "bench"
_KEYS = ("JWT_SECRET", "JWT_REFRESH_SECRET", "CREDS_KEY", "CREDS_IV")
_WAIT = ("--wait", "--wait-for-jobs", "--timeout", "10m")


class Helm:
    """A chart as a contender. Helm waits for pods, and has no command that compares with live objects.

    Args:
        name: Name of the contender.
        series: Its series.
        directory: Directory for a copy of the chart, readable by its owner only.
        program: The `helm` command.
        kubectl: Runs kubectl.
    """

    def __init__(self, name: str, series: str, directory: Path, program: Path, kubectl: Kubectl) -> None:
        self.name = name
        self._program = program
        self.series = series
        self._kubectl = kubectl
        self.chart = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copytree(CHARTS / series, directory, dirs_exist_ok=True)
        self._env = {**os.environ, "KUBECONFIG": str(kubectl.kubeconfig)}
        self._image = IMAGES[0]
        self._credentials = directory / "credentials.yaml"
        if not self._credentials.exists():
            self._credentials.touch(0o600)
            self._credentials.write_text(yaml.safe_dump({"credentials": {key: secrets.token_hex(16) for key in _KEYS}}))
        self.lines = written_lines(file for file in (CHARTS / series).rglob("*.yaml"))

    def add_objects(self, objects: Sequence[dict[str, Any]]) -> None:
        """Add plain manifests to the chart, and count their lines as written by a person."""
        file = self.chart / "objects.yaml"
        file.touch(0o600)
        file.write_text("---\n".join(map(templated, objects)))
        self.lines += written_lines([file])

    def _helm(self, *arguments: str) -> Done:
        return run([self._program, *arguments, "--kube-context", "sandbox"], self.chart, self._env)

    @property
    def _values(self) -> list[str]:
        return ["--values", str(self._credentials), "--set", f"image={self._image}"]

    def up(self) -> None:
        """Install."""
        self._image = IMAGES[0]
        self._helm("install", _RELEASE, ".", *_WAIT, *self._values)

    def plan(self) -> None:
        """Render the manifests; Helm cannot tell whether anything would change."""
        self._helm("upgrade", _RELEASE, ".", "--dry-run=server", *self._values)

    def refreshed_plan(self) -> bool | None:
        """Helm has no such command."""
        return None

    def apply(self) -> None:
        """Upgrade to the same values."""
        self._helm("upgrade", _RELEASE, ".", *_WAIT, *self._values)

    def change_image(self, image: str) -> None:
        """Upgrade."""
        self._image = image
        self.apply()

    def rollback(self) -> None:
        """Roll back to the previous revision."""
        self._helm("rollback", _RELEASE, *_WAIT)
        self._image = IMAGES[0]

    def destroy(self) -> None:
        """Uninstall."""
        self._helm("uninstall", _RELEASE, "--wait", "--timeout", "10m")

    def state(self) -> StateSize | None:
        """Measure the Secrets of the release."""
        listing = ("get", "secrets", "--namespace", "default", "--selector", "owner=helm", "--output", "json")
        items = json.loads(self._kubectl.run(*listing).output)["items"]
        return StateSize(sum(len(text) for item in items for text in item["data"].values()), len(items))


def templated(manifest: dict[str, Any]) -> str:
    """Return a manifest as text; a Deployment's image is a value. A Job's is not: Helm fails if it changes."""
    text = yaml.safe_dump(manifest, sort_keys=False)
    return text.replace(IMAGES[0], "{{ .Values.image }}") if manifest["kind"] == "Deployment" else text
