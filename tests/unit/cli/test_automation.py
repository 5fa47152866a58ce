"""The stack as an object of the Automation API: calls of the engine, and what is shown of its output."""

import json
from collections.abc import Sequence

import pytest

from cli.automation import refresh, stack_of
from cli.errors import CommandError
from tests.unit.cli.engine import session_with

URN = "urn:pulumi:dev::p::kubernetes:apps/v1:Deployment::ollama-deployment"


def test_no_call_of_the_engine_finds_or_selects_the_stack() -> None:
    session, calls = session_with(lambda _: (0, "", ""))
    assert stack_of(session).name == "dev"
    assert calls == []


def test_a_refresh_of_some_resources_asks_nothing_and_reads_no_secret() -> None:
    entry = {"kind": "refresh", "startTime": "2026-11-23T12:02:52.000Z", "message": "", "environment": {}, "config": {}}

    def answer(arguments: Sequence[str]) -> tuple[int, str, str]:
        return 0, json.dumps([{**entry, "result": "succeeded"}]) if "history" in arguments else "", ""

    session, calls = session_with(answer)
    refresh(session, [URN])
    first = calls[0]
    assert first[0] == "refresh"
    assert {"--yes", "--skip-preview"} <= set(first)
    assert first[first.index("--target") + 1] == URN
    assert not any("--show-secrets" in arguments for arguments in calls)


def test_a_refresh_that_fails_is_told_in_the_words_of_the_engine() -> None:
    session, _ = session_with(lambda _: (255, "Refreshing (dev)", "error: the stack is currently locked by 1 lock(s)"))
    with pytest.raises(CommandError, match=r"^Refreshing \(dev\)\nerror: the stack is currently locked"):
        refresh(session, [URN])
