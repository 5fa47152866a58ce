"""The engine that a command uses."""

import os
import sys
from pathlib import Path

import pytest
from rich.console import Console
from semver import Version

from cli import embedded, engine
from cli.engine import OwnEngine, find_engine, fits, own_engine, required_engine
from sandbox.engine.plugins import STAND_INS


@pytest.fixture
def pulumi(tmp_path: Path) -> Path:
    path = tmp_path / "bin" / "pulumi"
    path.parent.mkdir()
    path.write_text("#!/bin/sh\necho v3.272.0\n")
    path.chmod(0o755)
    return path


def environ(*folders: Path) -> dict[str, str]:
    return {"PATH": os.pathsep.join(map(str, folders))}


def test_the_engine_on_path(pulumi: Path) -> None:
    found = own_engine(environ(pulumi.parent))
    assert found == OwnEngine(pulumi, Version(3, 272, 0))
    assert found.describe() == "engine: pulumi v3.272.0 (on PATH)"
    assert (found.command().command, found.command().version) == (str(pulumi), Version(3, 272, 0))


def test_no_engine_on_path(tmp_path: Path) -> None:
    assert own_engine(environ(tmp_path)) is None
    assert own_engine({}) is None


@pytest.mark.parametrize("content", ["echo v3.100.0", "echo hello", "exit 1"])
def test_an_engine_that_does_not_fit_is_passed_over(pulumi: Path, content: str) -> None:
    pulumi.write_text(f"#!/bin/sh\n{content}\n")
    assert own_engine(environ(pulumi.parent)) is None


def test_with_stand_ins_on_path_the_sandbox_chooses(pulumi: Path, tmp_path: Path) -> None:
    assert own_engine(environ(STAND_INS / "kubernetes", pulumi.parent)) is None
    assert own_engine(environ(pulumi.parent, STAND_INS / "random")) is None
    official = tmp_path / "official" / "pulumi-resource-random"
    official.parent.mkdir()
    official.touch(0o755)
    assert own_engine(environ(official.parent, pulumi.parent, STAND_INS / "random"))


def test_a_range_of_versions() -> None:
    assert fits(Version(3, 272, 0), required_engine())
    assert not fits(Version(3, 0, 0), required_engine())
    assert fits(Version(3, 230, 0), ">=3.230.0 <4.0.0")
    assert not fits(Version(4, 0, 0), ">=3.230.0,<4.0.0")


def test_the_environment_has_this_projects_uv_and_python_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    env = OwnEngine(Path("/engine/pulumi"), Version(3, 272, 0)).env()
    assert env["PATH"].split(os.pathsep) == [str(Path(sys.executable).parent), "/usr/bin"]
    assert env["PULUMI_SKIP_UPDATE_CHECK"] == "true"
    assert not env["PYTHONDONTWRITEBYTECODE"]


@pytest.mark.parametrize("for_embedded_cluster", [True, False])
def test_the_persons_own_engine_serves_real_clusters(
    monkeypatch: pytest.MonkeyPatch, for_embedded_cluster: bool
) -> None:
    own, built = (OwnEngine(Path(name), Version(3, 272, 0)) for name in ("own", "built"))
    monkeypatch.setattr(engine, "own_engine", lambda: own)
    monkeypatch.setattr(embedded, "engine", lambda **_: built)
    found = find_engine(for_embedded_cluster=for_embedded_cluster, allow_stand_ins=False, console=Console())
    assert found is (built if for_embedded_cluster else own)


def test_where_there_is_none_the_sandbox_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    built = OwnEngine(Path("built"), Version(3, 272, 0))
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(engine, "own_engine", lambda: None)
    monkeypatch.setattr(embedded, "engine", lambda **given: asked.append(given) or built)
    assert find_engine(for_embedded_cluster=False, allow_stand_ins=False, console=Console()) is built
    assert asked[0]["allow_stand_ins"] is False
