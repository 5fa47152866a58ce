"""The command line of the clusters."""

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sandbox.cluster import cluster as module
from sandbox.cluster.cli import app


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the test's own, in which nothing is built."""

    def build(*_: object) -> None:
        pytest.fail("refused only after it was built")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(module, "binary", build)


def test_a_real_node_without_root_is_refused_before_anything_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    done = CliRunner().invoke(app, ["start", "--real-node"])
    assert done.exit_code == 1
    assert "a real node needs root" in done.output
    assert not list(Path.cwd().iterdir())


def test_images_are_for_the_real_node() -> None:
    done = CliRunner().invoke(app, ["start", "--image", "ollama=docker.io/ollama/ollama:0.1"])
    assert done.exit_code == 1
    assert "add --real-node" in done.output
