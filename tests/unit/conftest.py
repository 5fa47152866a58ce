"""Fixtures of the unit tests: no cluster, no engine, nothing of the machine's own configuration."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from pulumi import runtime
from pulumi.runtime.proto import source_pb2

from tests.unit import programs
from tests.unit.recording import Recording

# Where in a program a resource is written interests nobody here, and looking for it takes a seventh of the time.
runtime.resource._get_stack_trace = source_pb2.StackTrace

settings.register_profile("unit", max_examples=50, deadline=None)
settings.load_profile("unit")


@pytest.fixture(autouse=True)
def no_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the machine's kubeconfig and Pulumi settings out, and make text of an Output an error."""
    for name in ("KUBECONFIG", "PULUMI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PULUMI_ERROR_OUTPUT_STRING", "true")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("project")


@pytest.fixture(params=programs.STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def program(stack: str, folder: Path) -> Recording:
    """What the program registers for a stack file; one run for all tests of a stack."""
    return programs.recorded(stack, folder)


@pytest.fixture(scope="session")
def default_program(folder: Path) -> Recording:
    """What the program registers when a stack file says nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PULUMI_ERROR_OUTPUT_STRING", "true")
        return programs.execute({}, folder)


@pytest.fixture
def execute(folder: Path) -> Callable[..., Recording]:
    """Run the program with settings of the test's own; with the same settings once."""

    def run(secret_keys: frozenset[str] = frozenset(), stack: str = "test", **settings: Any) -> Recording:
        return programs.executed(json.dumps(settings, sort_keys=True), folder, stack, secret_keys)

    return run
