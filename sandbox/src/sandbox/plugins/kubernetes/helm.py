"""Runs Helm for one cluster: values and credentials are passed in files and pipes, never in arguments."""

import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console

from sandbox.build import build
from sandbox.errors import SandboxError
from sandbox.helm import HELM
from sandbox.plugins.kubernetes.settings import Cluster
from sandbox.plugins.server import PluginError
from sandbox.plugins.values import as_list, as_object

_FILES = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
_LOOK_AGAIN = 0.1  # seconds between two checks of a running command


class Helm:
    """Helm's command line, for one cluster.

    Args:
        cluster: The cluster that the provider was configured with.
        cancelled: Set when the user cancels the operation.
    """

    def __init__(self, cluster: Cluster, cancelled: threading.Event) -> None:
        self._cluster = cluster
        self._cancelled = cancelled

    def run(self, *arguments: str, values: Mapping[str, Any] | None = None) -> str:
        """Run a command and return its output.

        Args:
            arguments: Command with its arguments, without secrets.
            values: Values of the release, passed on standard input.

        Raises:
            PluginError: The command failed; the message is Helm's.
        """
        with tempfile.TemporaryDirectory(prefix="helm-") as scratch:  # only its owner may read it
            kubeconfig = Path(scratch, "kubeconfig")
            kubeconfig.write_text(json.dumps(absolute(self._cluster.kubeconfig, self._cluster.base)))
            context = ["--kubeconfig", str(kubeconfig), "--kube-context", self._cluster.context]
            fed = [] if values is None else ["--values", "-"]
            return self._wait([str(command()), *arguments, *context, *fed], values)

    def _wait(self, argv: Sequence[str], values: Mapping[str, Any] | None) -> str:
        with (
            tempfile.TemporaryFile("w+") as stdin,
            tempfile.TemporaryFile("w+") as stdout,
            tempfile.TemporaryFile("w+") as stderr,
        ):
            stdin.write(json.dumps(values or {}))
            stdin.seek(0)
            environment = {**os.environ, "HELM_NAMESPACE": ""}  # the namespace is always an argument
            with subprocess.Popen(  # noqa: S603 - our own argument list
                argv, stdin=stdin, stdout=stdout, stderr=stderr, text=True, env=environment
            ) as process:
                while process.poll() is None:
                    if self._cancelled.wait(_LOOK_AGAIN):
                        process.terminate()  # Helm stops, and rolls back if `atomic` is set
                        process.wait()
            stdout.seek(0)
            stderr.seek(0)
            if process.returncode:
                lines = [line for line in stderr.read().splitlines() if not line.startswith("WARNING:")]
                raise PluginError("\n".join(lines).strip().removeprefix("Error: ") or "Helm failed without a word")
            return stdout.read()


def command() -> Path:
    """Return the Helm command, building it if necessary.

    Raises:
        PluginError: It cannot be built; the message says why.
    """
    try:
        return build(HELM, Console(stderr=True))
    except SandboxError as error:
        raise PluginError(str(error)) from None


def absolute(kubeconfig: Mapping[str, Any], base: Path | None) -> Mapping[str, Any]:
    """Return a kubeconfig with absolute file paths, so that it works in another folder.

    Args:
        kubeconfig: The kubeconfig.
        base: Folder of its file; None if its contents were given.
    """

    def whole(entry: Mapping[str, Any]) -> dict[str, Any]:
        return {key: str(base / item) if base and key in _FILES else item for key, item in entry.items()}

    result = dict(kubeconfig)
    for section, part in (("clusters", "cluster"), ("users", "user")):
        result[section] = [
            {**entry, part: whole(as_object(entry.get(part)))} for entry in as_list(kubeconfig.get(section))
        ]
    return result


def chart_version(helm: Helm, location: Sequence[str]) -> str:
    """Return the version of a chart.

    Args:
        helm: Helm for the cluster.
        location: Arguments that name the chart.

    Raises:
        PluginError: The chart cannot be read.
    """
    found = yaml.safe_load(helm.run("show", "chart", *location))
    return str(found["version"])
