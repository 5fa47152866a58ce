"""The distribution: its wheel holds everything, and works where it is installed."""

import ast
import os
import subprocess
import sys
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest
import uv
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import sandbox
from sandbox.cache import content_key
from sandbox.engine.plugin_version import plugin_version
from sandbox.engine.plugins import STAND_INS
from sandbox.engine.requirements import PROVIDERS, sdk_version

PACKAGE = Path(sandbox.__file__).parent
DISTRIBUTION = PACKAGE.parents[1]
MODULES = sorted(path.parent.relative_to(PACKAGE) for path in PACKAGE.rglob("go.mod"))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the package as its wheel installs it."""
    folder = tmp_path_factory.mktemp("wheel")

    def run(*arguments: str | Path) -> None:
        done = subprocess.run([uv.find_uv_bin(), *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    run("build", "--quiet", "--wheel", "--out-dir", folder, DISTRIBUTION)
    (wheel,) = folder.glob("*.whl")
    run("pip", "install", "--quiet", "--no-deps", "--python", sys.executable, "--target", folder / "site", wheel)
    return folder / "site" / "sandbox"


def files(folder: Path) -> dict[str, tuple[bytes, bool]]:
    """Contents of every file and whether it is executable, by path."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), bool(path.stat().st_mode & 0o100))
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_file_as_it_is(installed: Path) -> None:
    here = files(PACKAGE)
    assert {"cluster/stages.yaml", "controlplane/main.go", "enginebuild/cli/go.sum"} <= set(here)
    assert files(installed) == here


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_what_another_installation_built_is_found(installed: Path, module: Path) -> None:
    assert content_key(installed / module) == content_key(PACKAGE / module)


@pytest.mark.parametrize("name", PROVIDERS)
def test_an_installed_stand_in_runs(installed: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # As in the environment of the engine: a stand-in runs with the first Python on PATH.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    executable = installed / STAND_INS.relative_to(PACKAGE) / name / f"pulumi-resource-{name}"
    assert plugin_version(executable) == sdk_version(name)


def imported(path: Path) -> set[str]:
    """Top-level names that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names


def test_every_package_that_is_imported_is_required() -> None:
    required = {canonicalize_name(Requirement(text).name) for text in requires("pulumi-kubernetes-sandbox") or []}
    names = set().union(*map(imported, PACKAGE.rglob("*.py"))) - sys.stdlib_module_names - {"sandbox"}
    assert {"pulumi", "yaml", "grpc"} <= names
    providers = packages_distributions()
    missing = [name for name in names if not required & set(map(canonicalize_name, providers[name]))]
    assert missing == []
