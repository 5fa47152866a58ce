"""Recovery of the credentials in an empty cluster and an empty state, by commands."""

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from kubernetes import client, config

from tests.engine.test_cli import NOT_COPIED, PROJECT

STACK = "kept"
NAMESPACE = "librechat"
Run = Callable[..., subprocess.CompletedProcess[str]]

AGE = """#!/bin/sh
# Where there is no GnuPG: something that the commands take for age, and that no text of a secret gets through.
case "$1" in
    --encrypt) echo "-----BEGIN AGE ENCRYPTED FILE-----"; base64 ;;
    --decrypt) tail -n +2 | base64 -d ;;
esac
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("kept") / "project"
    shutil.copytree(PROJECT, directory, ignore=NOT_COPIED)
    (directory / ".venv").symlink_to(PROJECT / ".venv")
    document = yaml.safe_load((PROJECT / "Pulumi.sandbox.yaml").read_text())
    document["config"]["ollama-librechat:mongodb"] = {"backup": {"enabled": True}}
    (directory / f"Pulumi.{STACK}.yaml").write_text(yaml.safe_dump(document))
    return directory


@pytest.fixture(scope="module")
def encryption() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a key, and the environment in which it can be used."""
    with tempfile.TemporaryDirectory(prefix="gpg") as home:  # a short path, for the agent's socket
        if not shutil.which("gpg"):
            (Path(home) / "age").write_text(AGE)
            (Path(home) / "age").chmod(0o755)
            yield "age1fake", {"PATH": f"{home}{os.pathsep}{os.environ['PATH']}"}
            return
        environment = {**os.environ, "GNUPGHOME": home}
        key = ["--quick-generate-key", "kept@example.org", "default", "default"]
        subprocess.run(
            ["gpg", "--batch", "--quiet", "--passphrase", "", *key], env=environment, check=True, capture_output=True
        )
        yield "kept@example.org", {"GNUPGHOME": home}
        subprocess.run(["gpgconf", "--kill", "all"], env=environment, check=False, capture_output=True)


@pytest.fixture(scope="module")
def run(checkout: Path, encryption: tuple[str, dict[str, str]]) -> Iterator[Run]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PULUMI_", "KUBE"))}
    environment |= {"KUBECONFIG": str(checkout / "no-kubeconfig"), **encryption[1]}

    def command(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    yield command
    command("sandbox", "cluster", "delete")


def succeed(result: subprocess.CompletedProcess[str]) -> str:
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def secrets(checkout: Path) -> dict[str, dict[str, str]]:
    """Return every Secret in LibreChat's namespace."""
    api = config.new_client_from_config(config_file=str(checkout / ".sandbox" / "default" / "kubeconfig"))
    found = client.CoreV1Api(api).list_namespaced_secret(NAMESPACE).items
    return {
        item.metadata.name: {key: base64.b64decode(value).decode() for key, value in item.data.items()}
        for item in found
    }


def files(directory: Path) -> str:
    return "\n".join(path.read_text(errors="replace") for path in directory.rglob("*") if path.is_file())


def test_an_empty_cluster_gets_the_same_credentials(
    run: Run, checkout: Path, encryption: tuple[str, dict[str, str]]
) -> None:
    succeed(run("cli", "up", "--stack", STACK))
    before = secrets(checkout)
    own = before["librechat-credentials-env"]
    values = {*(own[key] for key in ("CREDS_KEY", "CREDS_IV", "JWT_SECRET"))}
    values |= {before["librechat-mongodb-backup"]["MONGO_BACKUP_PASSWORD"]}

    result = run("cli", "backup-secrets", "--stack", STACK, "--recipient", encryption[0], "--output", "saved")
    assert "credentials of stack kept, encrypted by" in succeed(result)
    saved = (checkout / "saved").read_text()
    assert not [value for value in values if value in saved + result.stdout + result.stderr]

    # The machine and the cluster are lost.
    succeed(run("sandbox", "cluster", "delete"))
    shutil.rmtree(checkout / ".state")
    result = run("cli", "restore-secrets", "--stack", STACK, "saved")
    assert "credentials of stack kept are those of stack kept now" in succeed(result)
    assert not [value for value in values if value in files(checkout / ".state") + result.stdout + result.stderr]

    succeed(run("cli", "up", "--stack", STACK))
    assert secrets(checkout) == before
    assert "unchanged" in succeed(run("cli", "preview", "--stack", STACK))

    # Existing credentials are never replaced.
    result = run("cli", "restore-secrets", "--stack", STACK, "saved")
    assert result.returncode == 1
    assert "has deployed something" in result.stderr


def test_with_the_state_at_hand_the_credentials_are_in_it(run: Run, checkout: Path) -> None:
    """After the test above: the cluster is lost once more, the state is not."""
    before = secrets(checkout)
    succeed(run("sandbox", "cluster", "delete"))
    path = checkout / f"Pulumi.{STACK}.yaml"
    document = yaml.safe_load(path.read_text())
    document["config"]["ollama-librechat:allowDataLoss"] = ["cluster"]
    path.write_text(yaml.safe_dump(document))
    succeed(run("cli", "up", "--stack", STACK))
    assert secrets(checkout) == before


def test_the_data_follows_by_one_command(run: Run) -> None:
    """After the tests above: the cluster is new, and its database is empty."""
    result = run("cli", "restore", "--stack", STACK, "--yes", "--no-backup-first", "latest")
    assert "restore: " in succeed(result)
    assert "LibreChat runs again" in result.stderr
    refused = run("cli", "restore", "--stack", STACK, "latest")
    assert refused.returncode == 1
    assert "replace the database in namespace librechat by latest" in refused.stderr


def test_a_stack_without_backups_says_how_to_have_them(run: Run, checkout: Path) -> None:
    path = checkout / "Pulumi.none.yaml"
    document = yaml.safe_load((PROJECT / "Pulumi.sandbox.yaml").read_text())
    document["config"]["ollama-librechat:namespaces"] = {"prefix": "none-"}
    path.write_text(yaml.safe_dump(document))
    for command in (["backup"], ["backups"], ["restore", "--yes", "latest"]):
        result = run("cli", *command, "--stack", "none")
        assert result.returncode == 1
        assert "Set `mongodb.backup.enabled: true`" in result.stderr
        assert "Traceback" not in result.stderr
