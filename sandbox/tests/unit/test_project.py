"""Which project a command is run in."""

from pathlib import Path

import pytest

from sandbox.cluster.cluster import clusters_root
from sandbox.project import project_directory


def test_the_nearest_project_upwards(tmp_path: Path) -> None:
    below = tmp_path / "outer" / "inner" / "src"
    below.mkdir(parents=True)
    assert project_directory(below) == below
    (tmp_path / "outer" / "Pulumi.yaml").touch()
    assert project_directory(below) == tmp_path / "outer"
    (tmp_path / "outer" / "inner" / "Pulumi.yml").touch()
    assert project_directory(below) == tmp_path / "outer" / "inner"
    (below / "Pulumi.yaml").mkdir()
    assert project_directory(below) == tmp_path / "outer" / "inner"


def test_clusters_belong_to_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    (tmp_path / "src").mkdir()
    monkeypatch.chdir(tmp_path / "src")
    assert clusters_root() == tmp_path / ".sandbox"
