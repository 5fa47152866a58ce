"""Which Go is used, and in which environment."""

import re
from pathlib import Path

import pytest

from sandbox import golang
from sandbox.cache import CACHE_VARIABLE
from sandbox.golang import GO_BIN, MINIMUM_GO, go_command, go_environment, parse_version

SANDBOX = Path(golang.__file__).parent


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("go1.26.8\n", (1, 26, 8)),
        ("go1.26", (1, 26, 0)),
        ("go1.27rc1", (1, 27, 0)),
        ("go1.26.8 X:nocoverageredesign", (1, 26, 8)),
        ("devel go1.28-abc", None),
        ("", None),
    ],
)
def test_parse_version(text: str, version: tuple[int, int, int] | None) -> None:
    assert parse_version(text) == version


def test_minimum_covers_every_module_and_the_packaged_go() -> None:
    modules = list(SANDBOX.glob("*/go.mod"))
    assert modules
    for module in modules:
        match = re.search(r"^go (\S+)$", module.read_text(), re.MULTILINE)
        assert match, module
        wanted = parse_version(f"go{match[1]}")
        assert wanted is not None
        assert wanted <= MINIMUM_GO, module
    packaged = parse_version(f"go{GO_BIN}")
    assert packaged is not None
    assert packaged >= MINIMUM_GO


def test_environment_drops_what_changes_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=vendor")
    monkeypatch.setenv("GOWORK", "/somewhere/go.work")
    monkeypatch.setenv("GOPROXY", "https://proxy.example")
    env = go_environment(Path("/usr/bin/go"))
    assert env["GOFLAGS"] == "-mod=readonly"
    assert env["GOWORK"] == "off"
    assert env["GOTOOLCHAIN"] == "local"
    assert env["CGO_ENABLED"] == "0"
    assert env["GOPROXY"] == "https://proxy.example"


def test_packaged_go_keeps_its_caches_in_our_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    env = go_environment(tmp_path / "go-1" / "go" / "bin" / "go")
    assert env["GOMODCACHE"] == str(tmp_path / "go-mod")
    assert env["GOCACHE"] == str(tmp_path / "go-build")
    monkeypatch.setenv("GOCACHE", "/theirs")
    assert go_environment(Path("/usr/bin/go"))["GOCACHE"] == "/theirs"


def _fake_go(folder: Path, version: str) -> Path:
    folder.mkdir()
    go = folder / "go"
    go.write_text(f"#!/bin/sh\necho {version}\n")
    go.chmod(0o755)
    return go


def test_recent_go_on_path_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    go = _fake_go(tmp_path / "bin", "go1.99.0")
    monkeypatch.setenv("PATH", str(go.parent))
    assert go_command() == go


def test_old_go_is_passed_over_for_the_packaged_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    go = _fake_go(tmp_path / "bin", "go1.19.0")
    monkeypatch.setenv("PATH", str(go.parent))
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    packaged = tmp_path / "cache" / f"go-{GO_BIN}" / "go" / "bin"
    packaged.parent.mkdir(parents=True)
    installed = _fake_go(packaged, f"go{GO_BIN}")
    assert go_command() == installed
