"""Fixtures: one engine a run, one embedded cluster a worker, one directory a stack."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from sandbox.cluster.cluster import Cluster
from sandbox.cluster.options import ClusterOptions
from sandbox.engine.engine import Engine
from sandbox.engine.resolution import resolve
from tests.engine.checkout import Checkout
from tests.engine.stack import Kubernetes, Stack, merged, stack_config

MakeStack = Callable[..., Stack]
MakeCheckout = Callable[[], Checkout]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this directory."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was drawn at random, and the seed that repeats it."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            if report.when == "call" and report.user_properties:
                told = ", ".join(f"{key}={value}" for key, value in report.user_properties)
                terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {told}")


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Return the engine that `make up` would use, official plugins first."""
    return resolve(allow_stand_ins=True)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Cluster]:
    """Yield this worker's embedded cluster, with GPUs for two stacks."""
    found = Cluster(f"test-{worker_id}", root=tmp_path_factory.mktemp("clusters"))
    found.start(ClusterOptions(gpus=2))
    yield found
    found.delete()


@pytest.fixture(scope="session")
def kubernetes(cluster: Cluster) -> Kubernetes:
    """Return the live objects of the cluster."""
    return Kubernetes(cluster)


@pytest.fixture(scope="module")
def make_stack(tmp_path_factory: pytest.TempPathFactory, engine: Engine, cluster: Cluster) -> Iterator[MakeStack]:
    """Yield a factory of stacks with the settings of `dev` and a namespace prefix; they are destroyed afterwards."""
    made: list[Stack] = []

    def make(name: str, changes: Mapping[str, Any] | None = None, *, base: str = "dev") -> Stack:
        settings = merged(stack_config(base), changes or {})
        stack = Stack(name, tmp_path_factory.mktemp("stacks") / name, engine, cluster, settings)
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.automation.refresh()
        stack.destroy()


@pytest.fixture(scope="module")
def make_checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeCheckout]:
    """Yield a factory of clones of the project, each with an embedded cluster that is deleted afterwards."""
    made: list[Checkout] = []

    def make() -> Checkout:
        made.append(Checkout(tmp_path_factory.mktemp("checkouts") / "project"))
        return made[-1]

    yield make
    for checkout in made:
        checkout.cluster.delete()
