"""The pull Jobs: what they run, against a client that behaves as Ollama's does, and how they are declared."""

import itertools
import os
import re
import shutil
import string
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ollama.models.pull import PULL_SCRIPT, job_name
from tests.unit.pods import container, environment, template
from tests.unit.programs import ollama
from tests.unit.recording import Recording

Execute = Callable[..., Recording]
MODEL = "llama3.2:3b"
BAR = (
    r"\033[?2026h\033[?25l\033[1Gpulling dde5aa3fc5ff:  {percent}%% ▕███   ▏ {done} MB/2.0 GB  {speed} MB/s"
    r"\033[K\033[?25h\r"
)
NO_SERVER = "Error: could not connect to ollama server, run 'ollama serve' to start it"

CLIENT = """#!/bin/sh
# A client that answers as its test says; what is pulled is a file.
echo "$1 $2" >> "$STATE/calls"
ls() { @ls@ ; }
show() { [ -e "$STATE/model" ] || { echo "Error: model '$1' not found" >&2; return 1; }; }
pull() { @pull@ ; }
"$@"
"""


class Result(NamedTuple):
    code: int
    output: str
    termination: str
    calls: list[str]


@pytest.fixture
def run_pull(tmp_path: Path) -> Callable[..., Result]:
    """Run the real script with a scripted client, in a hundredth of the time that it waits."""
    programs = tmp_path / "bin"
    programs.mkdir()
    sleep = shutil.which("sleep")
    assert sleep

    def program(name: str, text: str) -> None:
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)

    def run(pull: str, ls: str = "true", *, present: bool = False, stall: int = 600, pace: str = "0.0") -> Result:
        program("ollama", CLIENT.replace("@ls@", ls).replace("@pull@", pull))
        program("sleep", f'#!/bin/sh\nexec {sleep} "{pace}$1"\n')
        if present:
            (tmp_path / "model").touch()
        result = subprocess.run(
            ["bash", "-u", "-c", PULL_SCRIPT],
            env={
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "HOME": "/nonexistent",
                "MODEL": MODEL,
                "OLLAMA_HOST": "http://ollama.ollama.svc.cluster.local:11434",
                "STALL_SECONDS": str(stall),
                "STATE": os.fspath(tmp_path),
                "TMPDIR": os.fspath(tmp_path),
                "TERMINATION_LOG": os.fspath(tmp_path / "termination"),
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        termination = tmp_path / "termination"
        assert result.stderr == ""
        return Result(
            result.returncode,
            result.stdout,
            termination.read_text() if termination.exists() else "",
            (tmp_path / "calls").read_text().split("\n")[:-1],
        )

    return run


def progress(*steps: tuple[int, int]) -> str:
    """Progress as the client writes it: percent done, and the speed, which changes even while nothing arrives."""
    lines = [
        f'printf "{BAR.format(percent=percent, done=percent * 20, speed=speed)}"; sleep 7' for percent, speed in steps
    ]
    return "; ".join(lines)


def test_a_model_that_is_there_is_not_pulled(run_pull: Callable[..., Result]) -> None:
    # A pull asks the registry even then, so a restart offline would fail.
    result = run_pull("exit 1", present=True)
    assert result == Result(0, f"{MODEL} is there already\n", "", ["ls ", f"show {MODEL}"])


def test_a_model_that_is_absent_is_pulled(run_pull: Callable[..., Result]) -> None:
    result = run_pull(f'{progress((10, 50), (60, 40))}; touch "$STATE/model"; printf "success\\n"')
    assert result.code == 0
    assert result.output.splitlines()[0] == f"pulling {MODEL}"
    assert result.output.splitlines()[-1] == f"{MODEL} is there"
    assert result.termination == ""
    assert result.calls == ["ls ", f"show {MODEL}", f"pull {MODEL}", f"show {MODEL}"]


def test_progress_is_shown_without_control_characters(run_pull: Callable[..., Result]) -> None:
    result = run_pull(f'{progress((10, 50), (60, 40), (99, 30))}; touch "$STATE/model"')
    assert result.code == 0
    shown = [line for line in result.output.splitlines() if "%" in line]
    assert shown
    assert all(line.startswith("pulling dde5aa3fc5ff:") and line.endswith("MB/s") for line in shown)
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", result.output) == []


@pytest.mark.parametrize(
    "message",
    [
        "Error: pull model manifest: file does not exist",
        'Error: pull model manifest: Get "https://registry.example.org/v2/": dial tcp: connect: connection refused',
        "Error: pull model manifest: 503: ",
        "Error: max retries exceeded: unexpected EOF",
        "Error: write /models/blobs/sha256-ab-partial: no space left on device",
        "Error: http: no Location header in response",
    ],
)
def test_a_failed_pull_says_what_the_client_said_last(message: str, run_pull: Callable[..., Result]) -> None:
    result = run_pull(f"printf 'pulling manifest\\r'; echo '{message}' >&2; exit 1")
    assert result.code == 1
    assert result.termination.strip() == f"{MODEL}: {message}".strip()
    assert result.output.splitlines()[-1].strip() == f"{MODEL}: {message}".strip()


def test_a_failed_pull_without_a_word_still_names_the_model(run_pull: Callable[..., Result]) -> None:
    assert run_pull("exit 2").termination.startswith(f"{MODEL}:")


def test_a_pull_that_ends_well_without_the_model_is_a_failure(run_pull: Callable[..., Result]) -> None:
    # Measured: a server that is killed in the middle makes the client end with 0.
    result = run_pull(f"{progress((40, 50))}; exit 0")
    assert result.code == 1
    assert f"{MODEL}: the pull ended without the model, last line: pulling dde5aa3fc5ff:  40%" in result.termination


def test_a_server_that_never_answers_is_a_failure_with_its_last_word(run_pull: Callable[..., Result]) -> None:
    result = run_pull("exit 9", ls=f'echo "{NO_SERVER}" >&2; return 1', pace="0.000")
    assert result.code == 1
    assert result.termination == (
        f"{MODEL}: no answer from http://ollama.ollama.svc.cluster.local:11434: {NO_SERVER}\n"
    )
    assert set(result.calls) == {"ls "}


def test_a_server_that_comes_up_late_is_waited_for(run_pull: Callable[..., Result]) -> None:
    late = f'[ "$(grep -c "^ls" "$STATE/calls")" -gt 3 ] || {{ echo "{NO_SERVER}" >&2; return 1; }}'
    result = run_pull('touch "$STATE/model"', ls=late)
    assert result.code == 0
    assert result.calls[:5] == ["ls ", "ls ", "ls ", "ls ", f"show {MODEL}"]


def test_a_frozen_registry_is_given_up(run_pull: Callable[..., Result]) -> None:
    # The speed still changes, and the client would hang for ever.
    frozen = progress(*itertools.chain([(10, 50)], ((20, speed) for speed in range(400, 0, -1))))
    result = run_pull(f'{frozen}; touch "$STATE/model"', stall=60, pace="0.00")
    assert result.code == 1
    assert result.termination.startswith(f"{MODEL}: no progress for 60 s at: pulling dde5aa3fc5ff:  20%")
    assert f"show {MODEL}" not in result.calls[3:]


def test_a_slow_registry_is_not_given_up(run_pull: Callable[..., Result]) -> None:
    result = run_pull(
        f'{progress(*((percent, 1) for percent in range(10, 30)))}; touch "$STATE/model"', stall=60, pace="0.00"
    )
    assert result.code == 0
    assert result.termination == ""


# --- declaration ------------------------------------------------------------------------------------------------


@given(st.text(string.ascii_letters + string.digits + ".-_:/", min_size=1, max_size=200))
def test_the_name_of_a_job_is_a_dns_label(model: str) -> None:
    name = job_name(model)
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name)
    assert name == job_name(model)


def test_names_differ_by_model_and_by_origin() -> None:
    # The readable part is cut and folded, so it alone would not do.
    long = "a" * 60
    models = ["llama3.1:8b", "llama3-1:8b", "llama3.1:8B", f"{long}:1", f"{long}:2", "llama3.1:70b"]
    assert len({job_name(model) for model in models}) == len(models)
    assert job_name("a", "x", "y") != job_name("a", "xy")
    assert job_name("a", "mirror") != job_name("a")


def jobs(program: Recording) -> dict[str, Any]:
    """The pull Jobs by model."""
    return {
        job.metadata["annotations"]["ollama.com/model"]: job
        for job in program.all("Job")
        if "ollama.com/model" in job.metadata.get("annotations", {})
    }


def test_each_model_has_one_job_after_the_server() -> None:
    program = ollama(models=["a", "hf.co/org/B:Q4_K_M"])
    found = jobs(program)
    assert set(found) == {"a:latest", "hf.co/org/B:Q4_K_M"}
    server = program.object("Deployment", "ollama")
    for model, job in found.items():
        assert server.urn in job.dependencies
        # One that fails must not keep the others from being tried.
        assert not {other.urn for other in found.values()} & job.dependencies
        assert job.delete_before_replace is True
        assert job.ignore_changes == ("spec",)
        assert job.metadata["annotations"]["pulumi.com/replaceUnready"] == "true"
        values = environment(job, "pull")
        assert values["MODEL"] == model
        assert values["OLLAMA_HOST"] == "http://ollama.ollama.svc.cluster.local:11434"
        assert values["HOME"]
        assert container(job, "pull")["command"] == ["/bin/bash", "-u", "-c", PULL_SCRIPT]
        assert container(job, "pull")["image"] == container(server, "ollama")["image"]
        pod = template(job)
        assert pod.spec["restartPolicy"] == "Never"
        assert "ttlSecondsAfterFinished" not in job.spec


def test_the_settings_of_a_pull_reach_the_job() -> None:
    program = ollama(pull={"timeoutSeconds": 100, "retries": 2, "stallSeconds": 7})
    (job,) = jobs(program).values()
    assert job.spec["activeDeadlineSeconds"] == 100
    assert job.spec["backoffLimit"] == 2
    assert environment(job, "pull")["STALL_SECONDS"] == "7"
    # Longer than the Job's own deadline, so that it is the Job that says what went wrong.
    assert int(job.timeouts["create"][:-1]) > 100


def test_a_pull_need_not_be_waited_for() -> None:
    (job,) = jobs(ollama(pull={"wait": False})).values()
    assert job.metadata["annotations"]["pulumi.com/skipAwait"] == "true"
    assert "pulumi.com/replaceUnready" not in job.metadata["annotations"]


@pytest.mark.parametrize(
    ("settings", "again"),
    [
        ({"ollama": {"image": "ollama/ollama:0.1.21"}}, False),
        ({"ollama": {"gpu": {"count": 1, "vendor": "amd"}}}, False),
        ({"ollama": {"server": {"keepAlive": "1h"}}}, False),
        ({"labels": {"team": "a"}}, False),
        ({"ollama": {"pull": {"timeoutSeconds": 10}}}, True),
        ({"imageRegistry": "mirror.example.org"}, True),
        ({"ollama": {"storage": {"size": "20Gi"}}}, False),
        # The models are not on that volume, unless the Job finds them there.
        ({"ollama": {"storage": {"existingClaim": "another"}}}, True),
    ],
)
def test_only_another_origin_pulls_again(
    settings: dict[str, Any], again: bool, execute: Execute, default_program: Recording
) -> None:
    (before,), (after,) = jobs(default_program).values(), jobs(execute(**settings)).values()
    assert (before.object_name != after.object_name) is again
    assert before.name == after.name
