"""The namespaces that a stack has deployed, from its local state."""

from pathlib import Path
from typing import Any

import pytest

from cli.doctor import examine
from cli.doctor.examine import deployed_namespaces
from cli.project import StackFile

STACK = StackFile("dev", Path("Pulumi.dev.yaml"), {})


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return a deployment in the local state."""
    monkeypatch.delenv("PULUMI_BACKEND_URL", raising=False)
    found: dict[str, Any] = {}
    monkeypatch.setattr(examine, "deployment", lambda _: found)
    return found


def resource(kind: str, name: str) -> dict[str, Any]:
    return {"type": f"kubernetes:core/v1:{kind}", "inputs": {"metadata": {"name": name}}}


def test_nothing_is_deployed_without_a_state(state: dict[str, Any]) -> None:
    assert not state
    assert deployed_namespaces(STACK) == frozenset()


def test_namespaces_of_the_state_are_the_stacks_own(state: dict[str, Any]) -> None:
    state["resources"] = [
        resource("Namespace", "ollama"),
        resource("Service", "chat"),
        {"type": "pulumi:pulumi:Stack"},
    ]
    assert deployed_namespaces(STACK) == {"ollama"}


def test_another_backend_is_not_read(state: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    state["resources"] = [resource("Namespace", "ollama")]
    monkeypatch.setenv("PULUMI_BACKEND_URL", "s3://somewhere")
    assert deployed_namespaces(STACK) is None
