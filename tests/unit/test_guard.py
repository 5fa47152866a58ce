"""What the program costs, held to tests/budgets.py: counts, because seconds differ from machine to machine."""

import atexit
import functools
import gc
import json
import signal
import subprocess
import sys
from pathlib import Path

import pulumi
import pytest

from cli.recording import Mocks
from components.stack.process import DEBUG_VARIABLE
from tests.budgets import BUDGETS, over
from tests.unit import programs
from tests.unit.recording import Recording

ROOT = Path(__file__).resolve().parents[2]
NEVER = ("kubernetes", "typer", "rich", "pytest", "cli", "sandbox", "tests", "benchmarks", "pulumi_kubernetes.helm.v3")
"""What the program has no use for; the first one alone would take half a second."""


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return programs.recorded("dev", tmp_path_factory.mktemp("guard"))


def depth(recording: Recording) -> int:
    """Length of the longest chain of resources that have to be registered one after the other."""
    found = {resource.urn: resource for resource in recording.resources}

    @functools.cache
    def below(urn: str) -> int:
        if urn not in found:
            return 0
        resource = found[urn]
        return 1 + max(map(below, [*resource.dependencies, resource.parent]))

    return max(map(below, found))


def test_registrations(recording: Recording) -> None:
    objects = recording.kubernetes()
    measured = {
        "registrations": len(recording.resources),
        "kubernetes objects": len(objects),
        "providers": sum(resource.type.startswith("pulumi:providers:") for resource in recording.resources),
        "depth": depth(recording),
        "dependencies": sum(len(resource.dependencies) for resource in recording.resources),
        "bytes of inputs": sum(len(json.dumps(resource.inputs)) for resource in recording.resources),
    }
    assert not over(measured), measured
    assert all(measured.values()), measured


def imported(*statements: str) -> list[str]:
    """Give the modules that an interpreter has after these statements."""
    code = "\n".join(["import json, sys", *statements, "print(json.dumps(sorted(sys.modules)))"])
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    modules: list[str] = json.loads(done.stdout)
    return modules


@pytest.mark.parametrize("module", ["components.stack.settings", "cli.__main__"])
def test_what_needs_no_sdk_does_not_wait_for_it(module: str) -> None:
    """It takes most of a second, which every command would begin with."""
    modules = imported(f"import {module}")
    assert module in modules
    assert [name for name in modules if name.startswith("pulumi_")] == []


def test_imports() -> None:
    modules = imported("from components import *", "import components.stack.configuration, components.stack.program")
    packages = {name.partition(".")[0] for name in modules} - set(sys.stdlib_module_names) - {"components"}
    measured = {
        "SDK modules": sum(name.startswith(("pulumi_kubernetes", "pulumi_random")) for name in modules),
        "third-party packages": sum(not name.startswith("_") for name in packages),
    }
    assert not over(measured), (measured, sorted(packages))
    assert all(measured.values()), measured
    assert not [name for name in modules if name in NEVER]


def test_nobody_looks_for_plugins_of_pydantic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYDANTIC_DISABLE_PLUGINS", raising=False)
    found = imported(
        "from importlib import metadata; metadata.entry_points = None",
        "from components.stack.process import tune; tune()",
        "import components.stack.settings",
    )
    assert "components.stack.settings" in found


def test_the_own_state_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    answer = Mocks.call
    monkeypatch.setattr(Mocks, "call", lambda self, args: calls.append(args.token) or answer(self, args))
    programs.recorded("dev", tmp_path)
    assert calls == ["pulumi:pulumi:readStackOutputs"]


def test_nothing_looks_for_garbage_at_the_exit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registered: list[object] = []
    monkeypatch.setattr(atexit, "register", registered.append)
    programs.recorded("dev", tmp_path)
    assert gc.freeze in registered


def test_nobody_waits_for_debug_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(pulumi.log, "debug", lambda message, *_, **__: sent.append(message))
    programs.recorded("dev", tmp_path)
    assert len(sent) < 10


def test_debug_messages_are_there_for_whoever_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setenv(DEBUG_VARIABLE, "1")
    monkeypatch.setattr(pulumi.log, "debug", lambda message, *_, **__: sent.append(message))
    programs.recorded("dev", tmp_path)
    assert len(sent) > 100


def test_an_interrupt_reaches_the_commands_that_run_the_program(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT)
    programs.recorded("dev", tmp_path)
    assert signal.getsignal(signal.SIGINT) is before


def test_what_is_over_its_budget_is_told() -> None:
    budget = BUDGETS["depth"]
    assert over({"depth": budget.most}) == {}
    assert list(over({"depth": budget.most + 1})) == ["depth"]
    assert str(budget.most) in over({"depth": budget.most + 1})["depth"]
