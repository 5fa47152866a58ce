"""A download that failed is not tried again for an hour."""

import json
import time
from pathlib import Path

import pytest

from sandbox.engine import downloads


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OLLAMA_LIBRECHAT_CACHE", str(tmp_path))
    monkeypatch.delenv(downloads.RETRY_VARIABLE, raising=False)
    return tmp_path


@pytest.fixture
def probes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Answers of the download host, in order; the test fails when it is asked more often."""
    answers: list[str] = []
    monkeypatch.setattr(downloads, "_probe", lambda: answers.pop(0))
    return answers


def test_a_failure_is_remembered(probes: list[str]) -> None:
    probes.append("no route")
    assert downloads.unreachable() == "no route"
    assert downloads.unreachable() == "no route"


def test_a_retry_asks_again_and_success_forgets_the_failure(probes: list[str]) -> None:
    probes += ["no route", "", ""]
    downloads.unreachable()
    assert downloads.unreachable(retry=True) == ""
    assert downloads.unreachable() == ""


def test_the_environment_can_ask_for_a_retry(probes: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    probes += ["no route", "still none"]
    downloads.unreachable()
    monkeypatch.setenv(downloads.RETRY_VARIABLE, "1")
    assert downloads.unreachable() == "still none"


def test_a_failure_is_forgotten_after_an_hour(probes: list[str], cache: Path) -> None:
    probes += ["no route", "other"]
    downloads.unreachable()
    note = cache / "download-failure.json"
    note.write_text(json.dumps({"at": time.time() - 3601, "problem": "no route"}))
    assert downloads.unreachable() == "other"


@pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"at": "x", "problem": 1}'])
def test_a_broken_note_is_no_note(probes: list[str], cache: Path, content: str) -> None:
    probes.append("asked")
    (cache / "download-failure.json").write_text(content)
    assert downloads.unreachable() == "asked"
