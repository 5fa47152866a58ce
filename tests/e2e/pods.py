"""Pods that a test makes, and what it runs in pods: with the image of Ollama, which every cluster of the tests has."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.ollama.versions import OLLAMA
from sandbox.cluster.program import binary
from tests.e2e.target import Target

IMAGE = str(OLLAMA)

TEMPORARY = "/tmp"  # noqa: S108 - in a pod

REQUEST = r"""
exec 3<>"/dev/tcp/$HOST/$PORT" || exit 7
printf '%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n' "$METHOD" "$TARGET" "$HOST:$PORT" >&3
printf 'Content-Type: application/json\r\n%sContent-Length: %s\r\n\r\n%s' "$HEADERS" "${#BODY}" "$BODY" >&3
while IFS= read -r line <&3 || [ -n "$line" ]; do printf '%s %s\n' "$EPOCHREALTIME" "$line"; done
"""
"""A request of HTTP without a program for it; each line of the answer after the time of its arrival."""


@dataclass(frozen=True)
class Answer:
    """An answer of HTTP.

    status: its number.
    lines: those of its body, each with the second of its arrival.
    """

    status: int
    lines: list[tuple[float, str]]

    @property
    def text(self) -> str:
        """The body, with the sizes of its chunks."""
        return "\n".join(line for _, line in self.lines)

    @property
    def events(self) -> list[tuple[float, str]]:
        """Server-sent events, each with the second of its arrival."""
        return [(when, line.removeprefix("data: ")) for when, line in self.lines if line.startswith("data: ")]


class Pods:
    """kubectl on the cluster of the tests."""

    def __init__(self, target: Target) -> None:
        self._target = target
        own = {"KUBECACHEDIR": str(target.cluster.directory / "kubectl-cache")} if target.cluster else {}
        self._environment = {**os.environ, **own}

    def kubectl(
        self, *arguments: str, stdin: str | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run kubectl."""
        return subprocess.run(
            [
                binary(),
                "kubectl",
                f"--kubeconfig={self._target.kubeconfig}",
                f"--context={self._target.context}",
                *arguments,
            ],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            env=self._environment,
        )

    def must(self, *arguments: str, stdin: str | None = None, timeout: float = 120) -> str:
        """Run kubectl, which has to succeed, and give what it said."""
        done = self.kubectl(*arguments, stdin=stdin, timeout=timeout)
        assert done.returncode == 0, f"kubectl {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def apply(self, *manifests: Mapping[str, Any]) -> None:
        """Create or change objects."""
        self.must("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}))

    def get(self, *arguments: str) -> dict[str, Any]:
        """Read an object, or a list."""
        found: dict[str, Any] = json.loads(self.must("get", *arguments, "-o", "json"))
        return found

    def run(self, namespace: str, name: str, *command: str, timeout: float = 120) -> str:
        """Run a command in a pod, and give what it said."""
        return self.must("-n", namespace, "exec", name, "--", *command, timeout=timeout)

    def request(
        self,
        namespace: str,
        name: str,
        url: tuple[str, int, str],
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Ask a server from a pod.

        url: host, port and path.
        body: what is posted as JSON; None to get.
        """
        host, port, path = url
        environment = {
            "HOST": host,
            "PORT": str(port),
            "TARGET": path,
            "METHOD": "GET" if body is None else "POST",
            "BODY": "" if body is None else json.dumps(body),
            "HEADERS": "".join(f"{key}: {value}\r\n" for key, value in (headers or {}).items()),
        }
        assignments = [f"{key}={value}" for key, value in environment.items()]
        said = self.run(namespace, name, "env", *assignments, "bash", "-c", REQUEST, timeout=300)
        return parsed(said)


def parsed(said: str) -> Answer:
    """The answer in what `REQUEST` writes."""
    stamped = [line.rstrip("\r").partition(" ") for line in said.split("\n") if line]
    lines = [(float(when), text) for when, _, text in stamped]
    end = next(index for index, (_, text) in enumerate(lines) if not text)
    return Answer(int(lines[0][1].split(" ")[1]), lines[end + 1 :])


def pod(
    namespace: str, name: str, labels: Mapping[str, str], script: str = "exec sleep infinity", ports: Sequence[int] = ()
) -> dict[str, Any]:
    """A pod that a namespace of the Pod Security level `restricted` admits.

    script: what bash runs in it.
    ports: where it answers, for its readiness.
    """
    container: dict[str, Any] = {
        "name": "main",
        "image": IMAGE,
        "command": ["bash", "-c", script],
        "env": [{"name": "HOME", "value": TEMPORARY}],
        "resources": {"requests": {"cpu": "1m", "memory": "16Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "tmp", "mountPath": TEMPORARY}],
        "ports": [{"containerPort": port} for port in ports],
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": namespace, "name": name, "labels": dict(labels)},
        "spec": {
            "containers": [container],
            "volumes": [{"name": "tmp", "emptyDir": {}}],
            "terminationGracePeriodSeconds": 1,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
        },
    }
