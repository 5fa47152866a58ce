"""The commands of a newcomer, in a copy of the project: up, up again, preview, status, destroy."""

import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).resolve().parent.parent.parent
NOT_COPIED = shutil.ignore_patterns(".git", ".venv", ".state", ".sandbox", "node_modules", "__pycache__", ".*_cache")

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("newcomer") / "project"
    shutil.copytree(PROJECT, directory, ignore=NOT_COPIED)
    (directory / ".venv").symlink_to(PROJECT / ".venv")
    return directory


@pytest.fixture(scope="module")
def run(checkout: Path) -> Iterator[Run]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "KUBE"))}
    # A kubeconfig of one's own is not for tests to read.
    environment["KUBECONFIG"] = str(checkout / "no-kubeconfig")

    def command(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=checkout,
            env={**environment, **more},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    yield command
    command("sandbox", "cluster", "delete")


@pytest.fixture(scope="module")
def first_up(run: Run) -> subprocess.CompletedProcess[str]:
    return run("cli", "up")


def test_up_takes_the_embedded_cluster_and_says_so(first_up: subprocess.CompletedProcess[str]) -> None:
    assert first_up.returncode == 0, first_up.stdout + first_up.stderr
    assert "stack: sandbox" in first_up.stderr
    assert "engine: pulumi v" in first_up.stderr
    assert "plugins: kubernetes" in first_up.stderr
    assert "librechat_url" in first_up.stdout


def test_state_is_private_and_the_projects_files_are_untouched(
    first_up: subprocess.CompletedProcess[str], checkout: Path
) -> None:
    del first_up
    assert stat.S_IMODE((checkout / ".state" / "passphrase").stat().st_mode) == 0o600
    for path in PROJECT.glob("Pulumi*.yaml"):
        assert (checkout / path.name).read_text() == path.read_text()


def test_a_second_up_changes_nothing(first_up: subprocess.CompletedProcess[str], run: Run) -> None:
    del first_up
    result = run("cli", "up")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "unchanged" in result.stdout
    for word in ("created", "updated", "replaced", "deleted"):
        assert f" {word}" not in result.stdout.rpartition("Resources:")[2]


def test_preview(first_up: subprocess.CompletedProcess[str], run: Run) -> None:
    del first_up
    result = run("cli", "preview")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "unchanged" in result.stdout


def test_status(first_up: subprocess.CompletedProcess[str], run: Run) -> None:
    del first_up
    result = run("cli", "status", "--json", "--stack", "sandbox")
    assert result.returncode == 0, result.stdout + result.stderr
    document = json.loads(result.stdout)
    states = {(row["kind"], row["name"]): row["state"] for row in document["objects"]}
    assert states["Deployment", "ollama"] == "1/1 ready"
    assert states["StatefulSet", "librechat-mongodb"] == "1/1 ready"
    assert document["outputs"]["models"] == ["llama2:latest"]


def test_plain_pulumi_uses_the_same_engine_and_state(
    first_up: subprocess.CompletedProcess[str], run: Run, checkout: Path
) -> None:
    del first_up
    lines = [line for line in run("cli", "env").stdout.splitlines() if line.startswith("export ")]
    script = "\n".join([*lines, "pulumi stack output librechat_url --stack sandbox"])
    result = subprocess.run(["sh", "-c", script], cwd=checkout, capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "http://chat.glukas.space", result.stderr


def test_a_dead_cluster_is_named_in_seconds(run: Run, checkout: Path) -> None:
    dead = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "minikube", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "minikube", "user": {}}],
        "contexts": [{"name": "minikube", "context": {"cluster": "minikube", "user": "minikube"}}],
    }
    (checkout / "dead").write_text(yaml.safe_dump(dead))
    for command in ("preview", "up", "destroy"):
        result = run("cli", command, "--stack", "dev", KUBECONFIG=str(checkout / "dead"))
        assert result.returncode == 1
        assert "'minikube' (https://127.0.0.1:1) does not answer" in result.stderr
        assert "Traceback" not in result.stderr


def test_all_findings_are_told_before_the_engine_runs(run: Run, checkout: Path) -> None:
    bad = {
        "ollama-librechat:ollama": "yes",
        "ollama-librechat:librechat": {"replcas": 2},
        "ollama-librechat:context": "x",
    }
    (checkout / "Pulumi.bad.yaml").write_text(yaml.safe_dump({"config": bad}))
    result = run("cli", "up", "--stack", "bad")
    assert result.returncode == 1
    for words in ("ollama = ", "has to be a mapping", "librechat.replcas", "`librechat.replicas`", "kubeconfig"):
        assert words in result.stderr
    assert "engine:" not in result.stderr


def test_validate_needs_no_kubeconfig_and_checks_every_stack(run: Run) -> None:
    result = run("cli", "validate")
    assert result.returncode == 1
    for name in ("dev", "prod", "sandbox"):
        assert f"Pulumi.{name}.yaml is valid" in result.stdout
    assert "2 settings of Pulumi.bad.yaml refused" in result.stderr


def test_destroy_keeps_the_embedded_cluster_for_others(
    first_up: subprocess.CompletedProcess[str], run: Run, checkout: Path
) -> None:
    del first_up
    assert run("sandbox", "cluster", "kubectl", "create", "namespace", "other").returncode == 0
    result = run("cli", "destroy", "--stack", "sandbox")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "the embedded cluster stays: it still has other" in result.stderr
    assert (checkout / ".sandbox" / "default").exists()
    assert run("sandbox", "cluster", "kubectl", "delete", "namespace", "other").returncode == 0


def test_destroy_leaves_no_cluster_behind(first_up: subprocess.CompletedProcess[str], run: Run, checkout: Path) -> None:
    del first_up
    result = run("cli", "destroy", "--stack", "sandbox")
    assert result.returncode == 0, result.stdout + result.stderr
    assert not (checkout / ".sandbox" / "default").exists()
