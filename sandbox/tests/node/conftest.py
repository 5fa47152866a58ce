"""Clusters with a real node, where the machine can have one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.cluster import Cluster, ClusterOptions
from sandbox.node.requirements import obstacle

OPTIONS = ClusterOptions(nodes=1, gpu_nodes=0, real_node=True)
"""One node of each kind."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip every test of this directory where there can be no real node."""
    why = obstacle()
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            if why:
                item.add_marker(pytest.mark.skip(reason=why))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A cluster that is not started yet, in a folder with a short path: sockets are in it."""
    with tempfile.TemporaryDirectory(prefix="node-") as root:
        made = Cluster("real", root=Path(root))
        yield made
        made.delete()
