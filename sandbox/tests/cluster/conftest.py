"""Embedded clusters for tests: real ones, in folders of their own."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sandbox.cluster import Cluster
from sandbox.cluster.program import binary
from sandbox.engine import Engine, resolve
from sandbox.engine.plugins import installed_plugin, stand_in
from sandbox.engine.requirements import PROVIDERS

from .inline import Inline

MakeStack = Callable[..., Inline]
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


@pytest.fixture(scope="session")
def stand_ins() -> Engine:
    """The engine with the stand-ins, whatever plugins the machine has."""
    return replace(resolve(allow_stand_ins=True), plugins=tuple(map(stand_in, PROVIDERS)))


@pytest.fixture(scope="module", params=["stand-in", "official"])
def engine(request: pytest.FixtureRequest, stand_ins: Engine) -> Engine:
    """The engine with either kind of plugins: the stand-ins must pass what the official ones pass."""
    if request.param == "stand-in":
        return stand_ins
    official = [plugin for plugin in map(installed_plugin, PROVIDERS) if plugin]
    if len(official) < len(PROVIDERS):
        pytest.skip("the official plugins are not on this machine")
    return replace(stand_ins, plugins=tuple(official))


@pytest.fixture
def make(tmp_path: Path, engine: Engine, cluster: Cluster) -> Iterator[MakeStack]:
    """Make stacks of programs that run inside the test; keywords are arguments of the Kubernetes provider."""
    made: list[Inline] = []

    def make_stack(**provider: Any) -> Inline:
        stack = Inline(f"s{len(made)}", tmp_path / f"s{len(made)}", engine, cluster.kubeconfig, **provider)
        made.append(stack)
        return stack

    yield make_stack
    for stack in made:
        stack.destroy()
