"""What may be chosen about a cluster."""

import json

import pytest

from sandbox.cluster.options import ClusterOptions, checked_name
from sandbox.errors import SandboxError


def test_options_survive_being_saved() -> None:
    options = ClusterOptions(nodes=200, gpu_nodes=4, gpus=8)
    assert ClusterOptions.from_json({**options.to_json(), "from_the_future": 1}) == options


def test_options_of_the_real_node_survive_being_saved_as_json() -> None:
    options = ClusterOptions(nodes=0, gpu_nodes=0, real_node=True, images=("ollama=docker.io/ollama/ollama:1",))
    assert ClusterOptions.from_json(json.loads(json.dumps(options.to_json()))) == options


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nodes": -1}, "nodes: -1 is not a whole number from 0 to 5000"),
        ({"gpu_nodes": 5001}, "gpu_nodes: 5001 is not"),
        ({"gpus": 0}, "gpus: 0 is not a whole number from 1 to 16"),
        ({"nodes": True}, "nodes: True is not"),
        ({"nodes": 0, "gpu_nodes": 0}, "a cluster needs a node"),
    ],
)
def test_senseless_sizes_are_refused(values: dict[str, int], message: str) -> None:
    with pytest.raises(SandboxError, match=message):
        ClusterOptions(**values)


@pytest.mark.parametrize("name", ["a", "default", "test-1", "x" * 40])
def test_names(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a.b", "../other", "a/b", "x" * 41, "a\n"])
def test_names_that_are_no_folder_are_refused(name: str) -> None:
    with pytest.raises(SandboxError, match="cluster name"):
        checked_name(name)
