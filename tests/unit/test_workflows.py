"""The workflows: pinned, with few rights, on stacks that there are; actionlint's own findings where it is installed."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.programs import ROOT, STACKS

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTION = GITHUB / "actions" / "setup" / "action.yml"
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
UNTRUSTED = re.compile(r"\$\{\{")


def load(path: Path) -> dict[str, Any]:
    # YAML 1.1 reads the key `on` as a boolean.
    document = yaml.safe_load(path.read_text())
    return {"on" if key is True else key: value for key, value in document.items()}


def jobs(path: Path) -> list[dict[str, Any]]:
    return list(load(path)["jobs"].values())


def steps(path: Path) -> list[dict[str, Any]]:
    if path == ACTION:
        return list(load(path)["runs"]["steps"])
    return [step for job in jobs(path) for step in job.get("steps", [])]


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_actions_of_others_are_pinned_to_a_commit(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert all(PINNED.match(action) or (ROOT / action / "action.yml").is_file() for action in used)


@pytest.mark.parametrize("path", [*WORKFLOWS, ACTION], ids=lambda path: path.stem)
def test_no_expression_is_pasted_into_a_script(path: Path) -> None:
    assert [step["run"] for step in steps(path) if UNTRUSTED.search(step.get("run", ""))] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_rights_are_few_and_jobs_end(path: Path) -> None:
    assert load(path)["permissions"] == {"contents": "read"}
    for job in jobs(path):
        assert job.get("permissions", {}).keys() <= {"contents", "pull-requests"}
        assert "uses" in job or job["timeout-minutes"] <= 90


def test_secrets_are_only_in_the_steps_that_need_them() -> None:
    for path in WORKFLOWS:
        for job in jobs(path):
            assert "secrets." not in str(job.get("env", {}))
        for step in steps(path):
            assert "secrets." not in str(step.get("run", ""))


def test_every_stack_has_a_file() -> None:
    named = {stack for path in WORKFLOWS for job in jobs(path) for stack in _stacks(job)}
    assert named == {"staging", "prod"}
    assert named <= set(STACKS)


def _stacks(job: dict[str, Any]) -> list[str]:
    matrix = job.get("strategy", {}).get("matrix", {}).get("stack", [])
    return [*matrix, *([job["with"]["stack"]] if "with" in job else [])]


def test_pull_requests_from_forks_get_no_credentials() -> None:
    preview = load(GITHUB / "workflows" / "preview.yml")
    assert "pull_request_target" not in preview["on"]
    condition = "github.event.pull_request.head.repo.full_name == github.repository"
    assert all(job["if"] == condition for job in preview["jobs"].values())


def test_an_update_is_never_cut_off() -> None:
    for name in ("preview", "up", "drift"):
        for job in jobs(GITHUB / "workflows" / f"{name}.yml"):
            assert job["concurrency"]["cancel-in-progress"] is False


@pytest.mark.skipif(not shutil.which("actionlint"), reason="actionlint is not installed")
def test_actionlint_finds_nothing() -> None:
    result = subprocess.run(["actionlint"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
