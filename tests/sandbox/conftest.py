"""Embedded clusters for tests: real ones, in folders of their own."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.cluster import Cluster
from sandbox.cluster.program import binary

Manifest = dict[str, Any]


class Kubectl:
    """kubectl of a cluster, with JSON in and out."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def run(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [binary(), "kubectl", f"--kubeconfig={self._cluster.kubeconfig}", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def must(self, *arguments: str, stdin: str | None = None) -> str:
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def apply(self, *manifests: Manifest) -> None:
        self.must("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests}))

    def get(self, *arguments: str) -> Manifest:
        found: Manifest = json.loads(self.must("get", *arguments, "-o", "json"))
        return found

    def exists(self, *arguments: str) -> bool:
        return bool(self.must("get", "--ignore-not-found", "-o", "name", *arguments).strip())


def eventually(check: Callable[[], bool], what: str, within: float = 30.0) -> None:
    """Wait until a check holds; a test fails with `what` if it does not in time (seconds)."""
    deadline = time.monotonic() + within
    while not check():
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster("behaviour", root=tmp_path_factory.mktemp("clusters"))
    made.start()
    yield made
    made.delete()


@pytest.fixture(scope="module")
def kubectl(cluster: Cluster) -> Kubectl:
    return Kubectl(cluster)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster that is not started yet, for tests that stop, kill and delete."""
    made = Cluster("fresh", root=tmp_path)
    yield made
    made.delete()
