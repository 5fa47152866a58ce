"""Which plugin is used, and the environment that makes the engine use it."""

import os
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from rich.console import Console
from semver import Version

from sandbox.engine import Engine, downloads, requirements
from sandbox.engine.plugins import STAND_INS, find_plugins, installed_plugin, stand_in
from sandbox.engine.requirements import PROVIDERS, sdk_version
from sandbox.errors import SandboxError


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


PLUGIN = f"""#!{sys.executable}
from concurrent import futures
import grpc
from pulumi.runtime import proto
from pulumi.runtime.proto import provider_pb2_grpc

class Plugin(provider_pb2_grpc.ResourceProviderServicer):
    def GetPluginInfo(self, request, context):
        return proto.PluginInfo(version="v4.0.1")

server = grpc.server(futures.ThreadPoolExecutor(1))
provider_pb2_grpc.add_ResourceProviderServicer_to_server(Plugin(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
"""


def plugin_on_path(path: Path) -> None:
    executable(path).write_text(PLUGIN)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PATH": str(tmp_path / "bin"), "PULUMI_HOME": str(tmp_path / "home")}


@pytest.fixture(autouse=True)
def _no_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "unreachable", lambda **_: "no route")


def plugins(environ: dict[str, str], *, allow_stand_ins: bool = True) -> dict[str, bool]:
    found = find_plugins(
        Path("pulumi"), allow_stand_ins=allow_stand_ins, retry=False, console=Console(), environ=environ
    )
    return {plugin.name: plugin.stand_in for plugin in found}


def test_stand_ins_fill_the_gaps(environ: dict[str, str]) -> None:
    assert plugins(environ) == {"kubernetes": True, "random": True}


def test_a_package_without_sdk_needs_no_plugin(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str = "") -> str:
        if package == "random":
            raise PackageNotFoundError(package)
        return "4.1.0"

    monkeypatch.setattr(requirements, "sdk_version", version)
    assert plugins(environ) == {"kubernetes": True}


def test_a_plugin_on_path_wins_and_tells_its_own_version(environ: dict[str, str], tmp_path: Path) -> None:
    plugin_on_path(tmp_path / "bin" / "pulumi-resource-random")
    assert plugins(environ) == {"kubernetes": True, "random": False}
    found = installed_plugin("random", environ)
    assert found is not None
    assert found.directory == tmp_path / "bin"
    assert found.version == "4.0.1"
    assert found.describe() == "random v4.0.1"


@pytest.mark.parametrize("content", ["#!/bin/sh\n", "#!/bin/sh\necho usage\n", "#!/missing/interpreter\n"])
def test_what_is_on_path_and_no_plugin_is_named(environ: dict[str, str], tmp_path: Path, content: str) -> None:
    path = executable(tmp_path / "bin" / "pulumi-resource-random")
    path.write_text(content)
    with pytest.raises(SandboxError, match=str(path)):
        installed_plugin("random", environ)


def test_an_installed_plugin_of_the_right_version_wins(environ: dict[str, str], tmp_path: Path) -> None:
    home = tmp_path / "home" / "plugins"
    executable(home / "resource-kubernetes-v0.0.1" / "pulumi-resource-kubernetes")
    assert installed_plugin("kubernetes", environ) is None
    right = home / f"resource-kubernetes-v{sdk_version('kubernetes')}"
    executable(right / "pulumi-resource-kubernetes")
    assert plugins(environ) == {"kubernetes": False, "random": True}
    right.with_name(f"{right.name}.partial").touch()  # a download that was interrupted
    assert installed_plugin("kubernetes", environ) is None


def test_a_stand_in_on_path_is_not_taken_for_the_official_plugin(environ: dict[str, str]) -> None:
    environ["PATH"] = os.pathsep.join(str(STAND_INS / name) for name in PROVIDERS)
    assert plugins(environ) == {"kubernetes": True, "random": True}


def test_without_stand_ins_the_error_says_what_to_install(environ: dict[str, str]) -> None:
    with pytest.raises(SandboxError) as error:
        plugins(environ, allow_stand_ins=False)
    text = str(error.value)
    assert f"pulumi plugin install resource kubernetes v{sdk_version('kubernetes')}" in text
    assert f"pulumi plugin install resource random v{sdk_version('random')}" in text
    assert "no route" in text


@pytest.mark.parametrize("name", PROVIDERS)
def test_stand_ins_are_executable_and_alone_in_their_folder(name: str) -> None:
    folder = stand_in(name).directory
    assert folder is not None
    (only,) = folder.iterdir()
    assert only.name == f"pulumi-resource-{name}"
    assert os.access(only, os.X_OK)


def test_environment_of_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PATH", os.pathsep.join(["/usr/bin", "/engine/bin"]))
    engine = Engine(Path("/engine/bin/pulumi"), Version(3, 230, 0), "here", tuple(map(stand_in, PROVIDERS)))

    env = engine.env()

    folders = env["PATH"].split(os.pathsep)
    first = [Path(sys.executable).parent, "/engine/bin", STAND_INS / "kubernetes", STAND_INS / "random"]
    assert folders[:4] == list(map(str, first))
    assert folders.count("/engine/bin") == 1
    assert env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
    assert not env["PYTHONDONTWRITEBYTECODE"]
    assert set(env) - set(os.environ) <= {
        "PIP_DISABLE_PIP_VERSION_CHECK",
        "PULUMI_SKIP_UPDATE_CHECK",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
    }


def test_description_names_what_is_in_use() -> None:
    plugins = (stand_in("kubernetes"), stand_in("random"))
    engine = Engine(Path("/engine/bin/pulumi"), Version(3, 230, 0), "built from Go modules", plugins)
    assert engine.describe() == (
        "engine: pulumi v3.230.0 (built from Go modules); plugins: kubernetes stand-in, random stand-in"
    )
    assert engine.command().command == "/engine/bin/pulumi"
