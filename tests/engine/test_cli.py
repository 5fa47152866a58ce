"""The commands of a new user, in a copy of the project: up, up again, preview, status, destroy."""

import base64
import gzip
import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from cli.project import StackFile
from cli.state import deployment

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
    # Tests must not read the user's own kubeconfig.
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


def test_a_plain_state_is_taken_over(first_up: subprocess.CompletedProcess[str], run: Run, checkout: Path) -> None:
    del first_up
    plain = checkout / ".state/.pulumi/stacks/ollama-librechat/sandbox.json"
    packed = plain.with_suffix(".json.gz")
    plain.write_bytes(gzip.decompress(packed.read_bytes()))
    packed.unlink()
    result = run("cli", "up")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "unchanged" in result.stdout
    assert " created" not in result.stdout.rpartition("Resources:")[2]
    assert packed.exists()
    assert not plain.exists()


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


def test_login_shows_the_first_account_and_nothing_else_does(
    first_up: subprocess.CompletedProcess[str], run: Run
) -> None:
    result = run("cli", "login", "--json")
    assert result.returncode == 0, result.stdout + result.stderr
    found = json.loads(result.stdout)
    assert (found["url"], found["email"]) == ("http://chat.glukas.space", "admin@example.org")
    assert "simulated" in result.stderr
    arguments = ("kubectl", "get", "secret", "librechat-admin", "-n", "librechat", "-o", "jsonpath={.data.password}")
    assert base64.b64decode(run("sandbox", "cluster", *arguments).stdout).decode() == found["password"]
    status = run("cli", "status", "--json")
    assert json.loads(status.stdout)["outputs"]["librechat_admin_password"] == "[secret]"
    assert "make login STACK=sandbox" in first_up.stdout
    for text in (first_up.stdout, first_up.stderr, status.stdout, status.stderr, result.stderr):
        assert found["password"] not in text


def exports(run: Run) -> list[str]:
    """Return the variables that give a shell the engine and the state of the commands."""
    return [line for line in run("cli", "env").stdout.splitlines() if line.startswith("export ")]


def test_policy_refuses_what_the_settings_make_mandatory(
    first_up: subprocess.CompletedProcess[str], run: Run, checkout: Path
) -> None:
    del first_up
    result = run("cli", "policy", "--stack", "sandbox")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 mandatory and 0 advisory violations" in result.stdout
    document = yaml.safe_load((checkout / "Pulumi.sandbox.yaml").read_text())
    document["config"] |= {
        "ollama-librechat:namespaces": {"prefix": "floating-"},
        "ollama-librechat:policies": {"level": "mandatory", "rules": {"data-protected": "disabled"}},
    }
    document["config"]["ollama-librechat:ollama"]["image"] = "docker.io/ollama/ollama:rocm"
    (checkout / "Pulumi.floating.yaml").write_text(yaml.safe_dump(document))
    result = run("cli", "policy", "--stack", "floating")
    (checkout / "Pulumi.floating.yaml").unlink()
    assert result.returncode == 1, result.stdout + result.stderr
    assert "error    image-version: Deployment floating-ollama/ollama: the tag of the image" in result.stdout


def test_plain_pulumi_uses_the_same_engine_and_state(
    first_up: subprocess.CompletedProcess[str], run: Run, checkout: Path
) -> None:
    del first_up
    script = "\n".join([*exports(run), "pulumi stack output librechat_url --stack sandbox"])
    result = subprocess.run(["sh", "-c", script], cwd=checkout, capture_output=True, text=True, check=False)
    assert result.stdout.strip() == "http://chat.glukas.space", result.stderr


def scaled(run: Run, replicas: int) -> None:
    result = run("sandbox", "cluster", "kubectl", "-n", "ollama", "scale", "deploy/ollama", f"--replicas={replicas}")
    assert result.returncode == 0, result.stderr


def test_drift_and_repair(first_up: subprocess.CompletedProcess[str], run: Run) -> None:
    del first_up
    clean = run("cli", "drift", "--stack", "sandbox")
    assert (clean.returncode, clean.stdout.count("\n")) == (0, 1), clean.stdout + clean.stderr
    scaled(run, 3)
    found = run("cli", "drift", "--stack", "sandbox")
    assert found.returncode == 2, found.stdout + found.stderr
    _, line = found.stdout.splitlines()
    assert line.split()[:6] == ["Deployment", "ollama/ollama", "spec.replicas", "1", "3", "kubectl"]
    assert "`make repair`" in found.stderr
    repaired = run("cli", "repair", "--stack", "sandbox")
    assert repaired.returncode == 0, repaired.stdout + repaired.stderr
    assert "spec.replicas" in repaired.stdout
    after = run("cli", "drift", "--stack", "sandbox", "--json")
    assert after.returncode == 0
    assert json.loads(after.stdout) == {"stack": "sandbox", "drift": []}


def test_a_dead_cluster_is_named_in_seconds(run: Run, checkout: Path) -> None:
    dead = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "minikube", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "minikube", "user": {}}],
        "contexts": [{"name": "minikube", "context": {"cluster": "minikube", "user": "minikube"}}],
    }
    (checkout / "dead").write_text(yaml.safe_dump(dead))
    for command in ("preview", "up", "destroy", "drift", "repair", "status"):
        began = time.monotonic()
        result = run("cli", command, "--stack", "dev", KUBECONFIG=str(checkout / "dead"))
        assert time.monotonic() - began < 15  # 2 s on an idle machine
        assert result.returncode == 1
        assert "'minikube' (https://127.0.0.1:1) does not answer" in result.stderr
        assert "Traceback" not in result.stderr
        assert ("GONE=1" in result.stderr) == (command == "destroy")


def test_without_a_kubeconfig_the_reason_is_told(run: Run, checkout: Path) -> None:
    result = run("cli", "up", "--stack", "dev", KUBECONFIG=str(checkout / "nowhere"))
    assert result.returncode == 1
    assert f'kubeconfig = "{checkout}/nowhere": does not exist' in result.stderr


def test_a_cluster_that_is_gone_is_forgotten_and_the_copy_leads_back(
    first_up: subprocess.CompletedProcess[str], run: Run, checkout: Path
) -> None:
    del first_up
    refused = run("cli", "destroy", "--stack", "sandbox", "--cluster-gone", "--yes")
    assert refused.returncode == 1
    assert "it is not gone" in refused.stderr
    assert run("sandbox", "cluster", "stop").returncode == 0
    result = run("cli", "destroy", "--stack", "sandbox", "--cluster-gone", "--yes")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Nothing is deleted in any cluster" in result.stderr
    stack = StackFile("sandbox", checkout / "Pulumi.sandbox.yaml", {})
    assert not deployment(stack, checkout / ".state").get("resources")
    (copy,) = (checkout / ".state/forgotten").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    again = run("cli", "destroy", "--stack", "sandbox", "--cluster-gone", "--yes")
    assert again.returncode == 1
    assert "nothing to forget" in again.stderr
    # The cluster was only unreachable.
    assert run("sandbox", "cluster", "start").returncode == 0
    script = "\n".join([*exports(run), f"pulumi stack import --stack sandbox --file {copy}"])
    back = subprocess.run(["sh", "-c", script], cwd=checkout, capture_output=True, text=True, check=False)
    assert back.returncode == 0, back.stderr
    clean = run("cli", "drift", "--stack", "sandbox")
    assert clean.returncode == 0, clean.stdout + clean.stderr


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


def secret(run: Run) -> str:
    """Return LibreChat's Secret in the cluster."""
    arguments = ("kubectl", "get", "secret", "librechat-credentials-env", "-n", "librechat", "-o", "jsonpath={.data}")
    return run("sandbox", "cluster", *arguments).stdout


def test_destroy_of_protected_data_is_refused_until_protection_is_off(
    first_up: subprocess.CompletedProcess[str], run: Run, checkout: Path
) -> None:
    del first_up
    file, before = checkout / "Pulumi.sandbox.yaml", secret(run)
    assert "CREDS_KEY" in before
    text = file.read_text()
    file.write_text(f"{text}  ollama-librechat:dataProtection: true\n")
    assert "is not deployed with it yet" in run("cli", "destroy", "--stack", "sandbox", "--yes").stderr
    assert run("cli", "up", "--stack", "sandbox", "--yes").returncode == 0

    refused = run("cli", "destroy", "--stack", "sandbox", "--yes")
    assert refused.returncode == 1
    for words in ("PersistentVolumeClaim librechat/librechat-mongodb-data", "KEEP_DATA=1", "dataProtection: false"):
        assert words in refused.stderr
    assert run("cli", "status", "--stack", "sandbox").returncode == 0, "destroy deleted something"

    kept = run("cli", "destroy", "--stack", "sandbox", "--keep-data", "--yes")
    assert kept.returncode == 0, kept.stdout + kept.stderr
    assert "the embedded cluster stays" in kept.stderr
    assert secret(run) == before

    file.write_text(text)
    assert "it takes an `up` without it" in run("cli", "destroy", "--stack", "sandbox", "--yes").stderr
    assert run("cli", "up", "--stack", "sandbox", "--yes").returncode == 0
    assert secret(run) == before


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
