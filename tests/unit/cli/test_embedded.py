"""Commands on a real cluster work without the sandbox; the others use it through one module."""

import ast
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from cli import embedded
from cli.errors import CommandError
from cli.project import CLUSTERS, PROJECT
from sandbox.cluster import cluster
from sandbox.engine import resolution
from sandbox.engine.plugins import STAND_INS
from sandbox.errors import SandboxError

COMMAND = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "sandbox":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuse())
from cli.__main__ import app

app(sys.argv[1:])
"""
"""A command without the sandbox installed."""

PULUMI = """#!/bin/sh
echo "$@" >> "$0.asked"
test "$1" = version && echo v3.272.0
exit 0
"""


VERSION = {
    "major": "1",
    "minor": "34",
    "gitVersion": "v1.34.0",
    **dict.fromkeys(("gitCommit", "gitTreeState", "buildDate", "goVersion", "compiler", "platform"), ""),
}
VERSIONS = {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}


class ApiServer(BaseHTTPRequestHandler):
    """Answers what a command asks a cluster before the engine runs."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(VERSION if self.path.startswith("/version") else VERSIONS).encode())

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), ApiServer) as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()


@pytest.fixture
def environment(tmp_path: Path, server: str) -> dict[str, str]:
    """Return a machine with its own kubeconfig, pulumi and backend."""
    document = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "minikube", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "minikube",
    }
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(document))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pulumi").write_text(PULUMI)
    (tmp_path / "bin" / "pulumi").chmod(0o755)
    own = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "OLLAMA_"))}
    return {
        **own,
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "KUBECONFIG": str(tmp_path / "kubeconfig"),
        "PULUMI_BACKEND_URL": tmp_path.as_uri(),
    }


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_validate_needs_no_sandbox(environment: dict[str, str]) -> None:
    done = run(environment, "validate")
    assert done.returncode == 0, done.stderr
    assert "Pulumi.prod.yaml is valid" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["preview"], "preview --stack dev --refresh"),
        (["preview", "--stack", "dev"], "preview --stack dev --refresh"),
        (["history", "--stack", "dev"], "history"),
    ],
)
def test_a_command_on_a_real_cluster_needs_no_sandbox(
    environment: dict[str, str], tmp_path: Path, arguments: list[str], asked: str
) -> None:
    done = run(environment, *arguments)
    assert "sandbox" not in done.stderr
    assert "engine: pulumi v3.272.0 (on PATH)" in done.stderr
    assert asked in (tmp_path / "bin" / "pulumi.asked").read_text()


def test_a_machine_without_engine_is_told_what_is_missing(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bin" / "pulumi").unlink()
    done = run(environment, "preview", "--stack", "dev")
    assert done.returncode == 1
    assert "The sandbox, which has the embedded cluster and an engine, is not installed" in done.stderr


def test_one_module_reaches_the_sandbox() -> None:
    importing = {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "cli").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom) and "sandbox" in ast.unparse(node)
    }
    assert importing == {"cli/embedded.py"}


def test_clusters_are_those_of_the_project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    started: list[Path] = []
    monkeypatch.setattr(cluster.Cluster, "start", lambda self: started.append(self.directory))
    embedded.start_cluster("default")
    assert started == [CLUSTERS / "default"]


def test_what_the_sandbox_refuses_is_an_error_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise SandboxError("No Pulumi fits.")

    monkeypatch.setattr(resolution, "resolve", refuse)
    with pytest.raises(CommandError, match="No Pulumi fits"):
        embedded.engine(allow_stand_ins=True, console=Console())
    with pytest.raises(CommandError, match="use at most 40 lower-case letters"):
        embedded.delete_cluster("../elsewhere")


def test_a_stand_in_is_told_from_an_official_plugin(tmp_path: Path) -> None:
    assert embedded.is_stand_in(STAND_INS / "random" / "pulumi-resource-random")
    assert not embedded.is_stand_in(tmp_path / "pulumi-resource-random")
