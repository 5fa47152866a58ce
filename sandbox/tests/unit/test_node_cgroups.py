"""Control groups of the real node."""

from pathlib import Path

import pytest

from sandbox.node.cgroups import create, hierarchies, remove


@pytest.fixture
def version_1(tmp_path: Path) -> Path:
    """Hierarchies of version 1."""
    for name in ("cpu,cpuacct", "cpuset", "memory"):
        (tmp_path / name).mkdir()
    (tmp_path / "cpu").symlink_to("cpu,cpuacct")
    return tmp_path


def test_each_hierarchy_of_version_1_counts_once(version_1: Path) -> None:
    assert [path.name for path in hierarchies(version_1)] == ["cpu,cpuacct", "cpuset", "memory"]


def test_version_2_has_one(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").touch()
    (tmp_path / "system.slice").mkdir()
    assert hierarchies(tmp_path) == [tmp_path]


def test_create_and_remove_with_all_below(version_1: Path) -> None:
    create("node", version_1)
    create("node", version_1)  # a second time changes nothing
    (version_1 / "memory" / "node" / "kubepods" / "pod1").mkdir(parents=True)
    remove("node", version_1)
    remove("node", version_1)
    assert not list(version_1.glob("*/node"))


def test_a_group_that_lives_on_is_told(version_1: Path) -> None:
    create("node", version_1)
    (version_1 / "memory" / "node" / "file").touch()  # a folder that cannot be removed
    with pytest.raises(OSError, match="not empty"):
        remove("node", version_1, within=0.1)
