"""Which namespaces a stack has deployed, by its local state."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.doctor import examine
from cli.doctor.examine import deployed_namespaces
from cli.project import StackFile

STACK = StackFile("dev", Path("Pulumi.dev.yaml"), {})


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    path = tmp_path / "dev.json"
    monkeypatch.setattr(examine, "checkpoint", lambda _: path)
    return path


def resource(kind: str, name: str) -> dict[str, Any]:
    return {"type": f"kubernetes:core/v1:{kind}", "inputs": {"metadata": {"name": name}}}


def test_nothing_is_deployed_without_a_state(state: Path) -> None:
    assert not state.exists()
    assert deployed_namespaces(STACK) == frozenset()


@pytest.mark.parametrize("latest", [None, {"manifest": {}}])
def test_nothing_is_deployed_by_a_new_stack(state: Path, latest: object) -> None:
    state.write_text(json.dumps({"checkpoint": {"latest": latest}}))
    assert deployed_namespaces(STACK) == frozenset()


def test_namespaces_of_the_state_are_the_stacks_own(state: Path) -> None:
    resources = [resource("Namespace", "ollama"), resource("Service", "chat"), {"type": "pulumi:pulumi:Stack"}]
    state.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))
    assert deployed_namespaces(STACK) == {"ollama"}


def test_another_backend_is_not_read(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://somewhere")
    assert deployed_namespaces(STACK) is None
    assert not state.exists()
