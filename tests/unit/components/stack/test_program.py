"""The stack that the program deploys: when its provider is created, and what its components have in common."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest

from cli.recording import Monitor
from components.stack.data import deployed
from components.stack.data.deployed import DeployedStack
from components.stack.program import Stack
from components.stack.settings import Settings
from tests.unit import programs
from tests.unit.recording import Recording, run

Execute = Callable[..., Recording]


@pytest.mark.parametrize(("preview", "registered"), [(False, []), (True, ["kubernetes"])])
def test_an_update_leaves_the_provider_alone_until_the_settings_are_accepted(
    preview: bool, registered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its settings in the state say which cluster the data is in, which a change of the context is compared with."""
    seen: list[str] = []
    register = Monitor.RegisterResource

    def noted(self: Monitor, request: Any) -> Any:
        seen.append(request.name)
        return register(self, request)

    def refuse() -> None:
        raise pulumi.RunError("refused")

    monkeypatch.setattr(Monitor, "RegisterResource", noted)
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: preview)
    monkeypatch.setattr(deployed, "read", refuse)
    with pytest.raises(pulumi.RunError, match="refused"):
        programs.execute(programs.stack_config("dev"), tmp_path, stack="dev")
    assert [name for name in seen if name != "ollama-librechat-dev"] == registered


def stack(**settings: Any) -> Stack:
    """A stack that has deployed nothing."""
    provider: Any = None
    return Stack(settings=Settings.model_validate(settings), provider=provider, deployed=DeployedStack())


@pytest.mark.parametrize(
    ("settings", "command"),
    [
        ({"librechat": {"admin": {"email": "you@example.org"}}}, "make login STACK=test"),
        (
            {"librechat": {"registration": {"enabled": True}}, "context": "c"},
            "kubectl --context c -n librechat port-forward service/librechat 3080:3080",
        ),
        (
            {"kubeconfig": "k", "namespaces": {"prefix": "qa-"}},
            "kubectl --kubeconfig k -n qa-librechat "
            "exec -it deploy/librechat -c librechat -- node config/create-user.js",
        ),
    ],
)
def test_the_next_command_leads_to_a_login(settings: dict[str, Any], command: str) -> None:
    assert run(lambda: stack(**settings).next_command, stack="test").result == command


def test_components_have_the_stacks_context(execute: Execute) -> None:
    program = execute(environment="qa", labels={"team": "ai"})
    assert {found.metadata["labels"]["env"] for found in program.kubernetes()} == {"qa"}
    assert {found.metadata["labels"]["team"] for found in program.kubernetes()} == {"ai"}


@pytest.mark.parametrize(("environment", "warns"), [("development", False), ("production", True)])
def test_a_retired_controller_is_no_warning_in_development(
    environment: str, warns: bool, execute: Execute, monkeypatch: pytest.MonkeyPatch
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda message, *_: warnings.append(message))
    exposure = {"type": "Ingress", "host": "chat.example.org", "controller": "ingress-nginx"}
    # Another label, so that this run is not one of another test.
    execute(environment=environment, librechat={"exposure": exposure}, labels={"warns": str(warns).lower()})
    assert bool(warnings) is warns
    assert all("librechat.exposure" in warning for warning in warnings)
