"""The local state: its passphrase, and the copy of the stack file with its salt."""

import gzip
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from cli.project import StackFile
from cli.state import checkpoint, deployment, find_state, local_stack_file

SALT = "v1:abc=:v1:def:ghi=="


@pytest.fixture
def stack(tmp_path: Path) -> StackFile:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text("# a comment\nconfig:\n  ollama-librechat:context: minikube\n")
    return StackFile("dev", path, {"context": "minikube"})


@pytest.fixture
def state(tmp_path: Path) -> Path:
    directory = tmp_path / "state"
    directory.mkdir()
    return directory


def test_own_backend_is_left_alone(tmp_path: Path) -> None:
    found = find_state({"PULUMI_BACKEND_URL": "s3://bucket"}, tmp_path / "state")
    assert not found.local
    assert found.env == {"PULUMI_BACKEND_URL": "s3://bucket"}
    assert not (tmp_path / "state").exists()


def test_passphrase_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    directory = tmp_path / "state"
    first = find_state({}, directory)
    path = Path(first.env["PULUMI_CONFIG_PASSPHRASE_FILE"])
    text = path.read_text()
    assert first.local
    assert first.env["PULUMI_BACKEND_URL"] == directory.as_uri()
    assert len(text) >= 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert find_state({}, directory).env == first.env
    assert path.read_text() == text
    assert text not in first.describe()


@pytest.mark.parametrize("name", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_own_passphrase_is_left_alone(tmp_path: Path, name: str) -> None:
    directory = tmp_path / "state"
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in find_state({name: "own"}, directory).env
    assert not (directory / "passphrase").exists()


def test_the_salt_stays_out_of_the_projects_file(stack: StackFile, state: Path) -> None:
    original = stack.path.read_text()
    (state / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {SALT}\n")
    copy = local_stack_file(stack, state)
    assert copy.read_text() == f"{original}encryptionsalt: {SALT}\n"
    assert stack.path.read_text() == original


def test_a_changed_setting_reaches_the_copy(stack: StackFile, state: Path) -> None:
    (state / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {SALT}\n")
    local_stack_file(stack, state)
    stack.path.write_text("config:\n  ollama-librechat:context: other\n")
    text = local_stack_file(stack, state).read_text()
    assert "context: other" in text
    assert "minikube" not in text
    assert text.count("encryptionsalt") == 1


def test_a_salt_of_the_projects_own_wins(stack: StackFile, state: Path) -> None:
    stack.path.write_text("config: {}\nencryptionsalt: v1:own\n")
    (state / "Pulumi.dev.yaml").write_text(f"encryptionsalt: {SALT}\n")
    assert local_stack_file(stack, state).read_text() == "config: {}\nencryptionsalt: v1:own\n"


def write(state: Path, suffix: str, latest: dict[str, Any] | None, *, age: int = 0) -> Path:
    path = state / ".pulumi" / "stacks" / "ollama-librechat" / f"dev.json{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps({"version": 3, "checkpoint": {"latest": latest}}).encode()
    path.write_bytes(gzip.compress(content) if suffix else content)
    os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))
    return path


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_the_state_is_read_plain_and_compressed(stack: StackFile, state: Path, suffix: str) -> None:
    assert checkpoint(stack, state) is None
    assert deployment(stack, state) == {}
    path = write(state, suffix, {"resources": [{"urn": "a"}]})
    assert checkpoint(stack, state) == path
    assert deployment(stack, state) == {"resources": [{"urn": "a"}]}


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_new_stack_has_nothing_deployed(stack: StackFile, state: Path, suffix: str) -> None:
    write(state, suffix, None)
    assert deployment(stack, state) == {}


@pytest.mark.parametrize("newer", ["", ".gz"])
def test_the_newer_state_counts(stack: StackFile, state: Path, newer: str) -> None:
    older = {"": ".gz", ".gz": ""}[newer]
    write(state, older, {"resources": [{"urn": "old"}]}, age=100)
    write(state, newer, {"resources": [{"urn": "new"}]})
    assert deployment(stack, state) == {"resources": [{"urn": "new"}]}


def test_the_local_state_is_compressed_and_that_of_others_is_theirs(state: Path) -> None:
    assert find_state({}, state).env["PULUMI_DIY_BACKEND_GZIP"] == "true"
    assert set(find_state({"PULUMI_BACKEND_URL": "s3://bucket"}, state).env) == {"PULUMI_BACKEND_URL"}
