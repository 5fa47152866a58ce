"""Which engine is chosen."""

from pathlib import Path

import pytest
from rich.console import Console

from sandbox.engine import resolution
from sandbox.errors import SandboxError


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What the machine offers; the test changes it."""
    offers: dict[str, object] = {"path": None, "installer": (None, "no route"), "wanted": ">=3.219.0"}
    monkeypatch.setattr(resolution, "required_engine", lambda _project: offers["wanted"])
    monkeypatch.setattr(resolution, "engine_on_path", lambda: offers["path"])
    monkeypatch.setattr(resolution, "engine_from_installer", lambda _console, *, retry: offers["installer"])  # noqa: ARG005
    monkeypatch.setattr(resolution, "built_engine", lambda _: script(offers, "built", "v3.230.0"))
    monkeypatch.setattr(resolution, "find_plugins", lambda *_, **__: ())
    return offers


def script(offers: dict[str, object], name: str, version: str) -> Path:
    folder = offers["folder"]
    assert isinstance(folder, Path)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)
    return path


@pytest.fixture(autouse=True)
def _folder(chosen: dict[str, object], tmp_path: Path) -> None:
    chosen["folder"] = tmp_path


def test_the_engine_on_path_comes_first(chosen: dict[str, object]) -> None:
    chosen["path"] = script(chosen, "pulumi", "v3.260.0")
    found = resolution.resolve(allow_stand_ins=True, console=Console())
    assert (str(found.version), found.origin, found.notes) == ("3.260.0", "on PATH", ())


def test_an_engine_that_is_too_old_is_passed_over_and_that_is_said(chosen: dict[str, object]) -> None:
    chosen["path"] = old = script(chosen, "pulumi", "v3.100.0")
    chosen["installer"] = (script(chosen, "installed", "v3.272.0"), "")
    found = resolution.resolve(allow_stand_ins=True, console=Console())
    assert (str(found.version), found.origin) == ("3.272.0", "from Pulumi's installer")
    assert found.notes == (f"{old} (v3.100.0) is not used: Pulumi.yaml requires >=3.219.0.",)


def test_something_else_called_pulumi_is_passed_over(chosen: dict[str, object]) -> None:
    chosen["path"] = script(chosen, "pulumi", "hello")
    found = resolution.resolve(allow_stand_ins=True, console=Console())
    assert "it prints no version" in found.notes[0]


def test_without_network_it_is_built(chosen: dict[str, object]) -> None:
    found = resolution.resolve(allow_stand_ins=True, console=Console())
    assert (str(found.version), found.origin) == ("3.230.0", "built from Go modules")
    assert found.notes == ("no route.",)
    assert found.pulumi == chosen["folder"] / "built"  # type: ignore[operator]


def test_when_nothing_fits_the_error_says_why(chosen: dict[str, object]) -> None:
    chosen["path"] = script(chosen, "pulumi", "v3.100.0")
    chosen["wanted"] = ">=3.250.0"
    with pytest.raises(SandboxError, match=r"requires >=3\.250\.0.*v3\.100\.0.*no route"):
        resolution.resolve(allow_stand_ins=True, console=Console())
