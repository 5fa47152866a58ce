"""One cluster and one engine a run; stacks of the project's own program, deployed for real."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from components.librechat.versions import LIBRECHAT
from components.meilisearch.versions import MEILISEARCH
from components.mongodb.versions import MONGODB
from sandbox.cluster.cluster import Cluster
from sandbox.engine.engine import Engine
from sandbox.engine.resolution import resolve
from sandbox.node.requirements import obstacle
from tests.e2e.pods import Pods, pod
from tests.e2e.target import CONTEXT, Target, given, started
from tests.engine.stack import PROJECT, Kubernetes, Stack, merged

MODEL = "gemma3:270m"
SECOND_MODEL = "gemma3:270m-it-q4_K_M"

SMALL: dict[str, Any] = {
    "environment": "development",
    "ollama": {
        "models": [MODEL],
        "gpu": {"count": 0},
        "storage": {"size": "2Gi"},
        "resources": {"requests": {"cpu": "200m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
        "pull": {"timeoutSeconds": 240, "stallSeconds": 60, "retries": 0},
    },
}
"""Settings that fit a machine of two cores."""

WITHOUT_IMAGES = {"LibreChat": LIBRECHAT, "MongoDB": MONGODB, "Meilisearch": MEILISEARCH}
"""Components whose images no package registry has, and nothing here makes."""

NOT_DEPLOYED = [f"**ollama-librechat:index:{component}$kubernetes:apps**" for component in WITHOUT_IMAGES]
"""Their pods; all else of them is deployed."""

PROXY_LABELS = {"app.kubernetes.io/name": "ingress-nginx", "app.kubernetes.io/component": "controller"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this directory."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what was measured, and what was left out and why."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call" and report.user_properties:
                told = ", ".join(f"{key}: {value}" for key, value in report.user_properties)
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {told}")
    images = ", ".join(map(str, WITHOUT_IMAGES.values()))
    terminalreporter.write_line(f"No pods of {images}: these images are in no package registry.")


@pytest.fixture(scope="session")
def target() -> Iterator[Target]:
    """The cluster that CONTEXT names, else the sandbox with a real node."""
    found = given(dict(os.environ))
    if found:
        yield found
        return
    if why := obstacle():
        pytest.skip(f"set {CONTEXT} to the context of a cluster; without one, {why}")
    # In the project, whose path is short enough for the sockets in it.
    cluster = Cluster("e2e", root=PROJECT / ".sandbox")
    cluster.delete()  # of a run that was killed
    try:
        yield started(cluster)
    finally:
        cluster.delete()


@pytest.fixture(scope="session")
def sandbox(target: Target) -> Target:
    """The sandbox, for tests that do to their cluster what nobody does to a given one."""
    if target.cluster is None:
        pytest.skip("needs the sandbox's own registry and node, and CONTEXT names another cluster")
    return target


@pytest.fixture(scope="session")
def kubernetes(target: Target) -> Kubernetes:
    """Live objects of the cluster."""
    return Kubernetes(target)


@pytest.fixture(scope="session")
def pods(target: Target) -> Pods:
    """kubectl on the cluster."""
    return Pods(target)


@pytest.fixture(scope="session")
def engine() -> Engine:
    """The engine that `make up` would use, official plugins first."""
    return resolve(allow_stand_ins=True)


class Deployed:
    """A stack on the cluster of the tests.

    prefix: what its namespaces begin with.
    """

    def __init__(self, stack: Stack, prefix: str, pods: Pods) -> None:
        self.stack = stack
        self.ollama = f"{prefix}ollama"
        self.librechat = f"{prefix}librechat"
        self.pods = pods

    def up(self) -> float:
        """Deploy, and give the seconds that it took."""
        began = time.monotonic()
        self.stack.up(exclude=NOT_DEPLOYED, exclude_dependents=True)
        return time.monotonic() - began

    def change(self, changes: Mapping[str, Any]) -> float:
        """Change settings and deploy."""
        self.stack.change(changes)
        return self.up()

    def models(self, deployment: str = "ollama") -> set[str]:
        """Models that a server has."""
        listed = self.pods.run(self.ollama, f"deploy/{deployment}", "ollama", "ls")
        return {line.split()[0] for line in listed.splitlines()[1:]}

    def client(self, name: str = "client") -> str:
        """A pod that Ollama takes for LibreChat's, and give its name."""
        labels = {"app.kubernetes.io/name": "librechat", "app.kubernetes.io/part-of": "ollama-librechat"}
        self.pods.apply(pod(self.librechat, name, labels))
        self.pods.must("-n", self.librechat, "wait", "--for=condition=Ready", f"pod/{name}", "--timeout=60s")
        return name


MakeDeployed = Callable[..., Deployed]


@pytest.fixture(scope="module")
def make(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine, target: Target, pods: Pods
) -> Iterator[MakeDeployed]:
    """Make stacks out of small settings; they are destroyed afterwards."""
    made: list[Deployed] = []

    def make_stack(name: str, changes: Mapping[str, Any] | None = None) -> Deployed:
        prefix = f"{name}-"
        settings = merged({**SMALL, "namespaces": {"prefix": prefix}}, changes or {})
        stack = Stack(name, tmp_path_factory.mktemp("stacks") / name, engine, target, settings)
        made.append(Deployed(stack, prefix, pods))
        return made[-1]

    yield make_stack
    for deployed in made:
        # Nobody waits for an answer any more, which pods that are ended would give for minutes.
        for space in (deployed.ollama, deployed.librechat):
            pods.kubectl("-n", space, "delete", "deployments,jobs", "--all", "--wait=false")
            pods.kubectl("-n", space, "delete", "pods", "--all", "--force", "--grace-period=0")
        deployed.stack.destroy()


def eventually(check: Callable[[], bool], what: str, within: float = 60.0) -> None:
    """Wait until a check holds; a test fails with `what` if it does not in time (seconds)."""
    deadline = time.monotonic() + within
    while not check():
        assert time.monotonic() < deadline, f"not within {within:.0f} s: {what}"
        time.sleep(0.5)
