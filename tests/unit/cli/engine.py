"""A fake engine that answers the Automation API as a test says, and records its calls."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi.automation import CommandResult, PulumiCommand, UpdateSummary
from pulumi.automation.errors import create_command_error
from semver import Version

from cli import history
from cli.automation import stack_of
from cli.project import StackFile
from cli.session import Session
from cli.state import State
from sandbox.engine.engine import Engine

Answer = Callable[[Sequence[str]], tuple[int, str, str]]
"""Returns exit status, standard output and standard error for the arguments of `pulumi`."""


class _Command(PulumiCommand):
    def __init__(self, answer: Answer) -> None:
        self.command, self.version = "pulumi", Version(3, 230, 0)
        self._answer = answer
        self.calls: list[list[str]] = []

    def run(self, args: list[str], *_: Any) -> CommandResult:
        self.calls.append(list(args))
        status, output, error = self._answer(args)
        result = CommandResult(output, error, status)
        if status:
            raise create_command_error(result)
        return result


@dataclass(frozen=True)
class FakeEngine(Engine):
    """An engine whose `pulumi` is a function."""

    fake: _Command = field(default_factory=lambda: _Command(lambda _: (0, "", "")))

    def command(self) -> PulumiCommand:
        return self.fake


def session_with(answer: Answer) -> tuple[Session, list[list[str]]]:
    """Return a session of stack `dev` on an engine with these answers, and the list of its calls."""
    command = _Command(answer)
    engine = FakeEngine(Path("pulumi"), Version(3, 230, 0), "a test", (), (), command)
    stack = StackFile("dev", Path("Pulumi.dev.yaml"), {})
    return Session(stack, engine, State(False, {"PULUMI_BACKEND_URL": "file:///nowhere"}), None), command.calls


def summaries(entries: Sequence[dict[str, Any]], *, show_secrets: bool = False) -> list[UpdateSummary]:
    """Return the Automation API's objects for the output of `pulumi stack history --json`."""
    session, _ = session_with(lambda _: (0, json.dumps(entries), ""))
    return stack_of(session).history(show_secrets=show_secrets)


def parse(entries: Sequence[dict[str, Any]]) -> list[history.Revision]:
    """Return the revisions of a history, which `pulumi stack history --json` prints newest first."""
    return history.parse(summaries(entries))
