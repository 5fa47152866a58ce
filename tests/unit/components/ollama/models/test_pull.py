"""The pull Jobs: what they run, against a client that writes what Ollama's wrote, and how they are declared."""

import re
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.ollama.models.pull import job_name
from components.scripts import script
from tests.unit.components.ollama.models.client import SILENT, Result, run_script
from tests.unit.pods import container, environment, template
from tests.unit.programs import ollama
from tests.unit.recording import Recording

Execute = Callable[..., Recording]
Run = Callable[..., Result]
MODEL = "random:19m"
PULL_SCRIPT = script("components.ollama.models", "pull.sh")


@pytest.fixture
def run_pull(tmp_path: Path) -> Run:
    """Run the script of a pull, which ends as a recording does."""

    def run(pull: str, ls: str = "ls", *, stall: int = 600, **options: Any) -> Result:
        answers = {"pull": pull, "ls": ls}
        return run_script(tmp_path, PULL_SCRIPT, answers, MODEL=MODEL, STALL_SECONDS=str(stall), **options)

    return run


def test_a_model_that_is_there_is_not_pulled(run_pull: Run) -> None:
    # A pull asks the registry even then, so a restart offline would fail.
    result = run_pull("pull-refused", present=(MODEL,))
    assert result == Result(0, f"{MODEL} is there already\n", "", ["ls", f"show {MODEL}"])


def test_a_model_that_is_absent_is_pulled(run_pull: Run) -> None:
    result = run_pull("pull")
    assert result.code == 0
    assert result.output.splitlines()[0] == f"pulling {MODEL}"
    assert result.output.splitlines()[-1] == f"{MODEL} is there"
    assert result.termination == ""
    assert result.calls == ["ls", f"show {MODEL}", f"pull {MODEL}", f"show {MODEL}"]


def test_progress_is_shown_without_control_characters(run_pull: Run) -> None:
    result = run_pull("pull")
    assert result.code == 0
    shown = [line for line in result.output.splitlines() if "%" in line]
    assert shown
    assert all(re.match(r"pulling [0-9a-f]{12}: +\d+% ▕", line) and line == line.rstrip() for line in shown)
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f]", result.output) == []


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        ("pull-absent", "Error: pull model manifest: file does not exist"),
        # nginx's page follows.
        ("pull-503", "Error: pull model manifest: 503: <html>"),
        ("pull-no-redirect", "Error: http: no Location header in response"),
        (
            "pull-blobs-refused",
            'Error: max retries exceeded: Get "https://blobs.example.net/'
            '1597e3195076c314e488a1342c2596cef1b551574947bffaa7e3a614ea49c70a": '
            "dial tcp 127.0.0.11:443: connect: connection refused",
        ),
        (
            "pull-refused",
            'Error: pull model manifest: Get "https://registry.ollama.ai/v2/library/random/manifests/100k": '
            "dial tcp 127.0.0.10:443: connect: connection refused",
        ),
        (
            "pull-full",
            "Error: write /models/blobs/sha256-1597e3195076c314e488a1342c2596cef1b551574947bffaa7e3a614ea49c70a-partial"
            ": no space left on device",
        ),
    ],
)
def test_a_failed_pull_says_why(recording: str, message: str, run_pull: Run) -> None:
    result = run_pull(recording)
    assert result.code == 1
    assert result.termination == f"{MODEL}: {message}\n"
    assert result.output.splitlines()[-1] == f"{MODEL}: {message}"


def test_a_failed_pull_without_a_word_still_names_the_model(run_pull: Run) -> None:
    assert run_pull(SILENT).termination.startswith(f"{MODEL}:")


def test_a_pull_that_ends_well_without_the_model_is_a_failure(run_pull: Run) -> None:
    # A server that is killed in the middle makes the client end with 0.
    result = run_pull("pull-server-killed")
    assert result.code == 1
    words = f"{MODEL}: the pull ended without the model, last line: pulling 1597e3195076:"
    assert re.fullmatch(rf"{words}  \d\d% ▕█+ +▏  \d\d MB/ 38 MB  3.0 MB/s      \ds\n", result.termination)


def test_a_server_that_never_answers_is_a_failure_with_its_last_word(run_pull: Run) -> None:
    result = run_pull("pull", ls="ls-no-server", pace="0.000")
    assert result.code == 1
    assert result.termination == (
        f"{MODEL}: no answer from http://ollama.ollama.svc.cluster.local:11434: "
        "Error: could not connect to ollama server, run 'ollama serve' to start it\n"
    )
    assert set(result.calls) == {"ls"}


def test_a_server_that_comes_up_late_is_waited_for(run_pull: Run) -> None:
    result = run_pull("pull", ls="ls-no-server ls-no-server ls-no-server ls-empty")
    assert result.code == 0
    assert result.calls[:5] == ["ls", "ls", "ls", "ls", f"show {MODEL}"]


def test_a_frozen_registry_is_given_up(run_pull: Run) -> None:
    # The client draws its bar anew ten times a second, and would do so for ever.
    result = run_pull("pull-frozen", stall=10, pace="0.")
    assert result.code == 1
    assert result.termination.startswith(f"{MODEL}: no progress for 10 s at: pulling 1597e3195076:  24% ▕████  ")
    assert result.calls[-1] == f"pull {MODEL}"


def test_a_client_that_ended_meanwhile_is_not_taken_for_one_that_hangs(run_pull: Run) -> None:
    result = run_pull("pull-absent", stall=5, pace="1.")
    assert result.termination == f"{MODEL}: Error: pull model manifest: file does not exist\n"


def test_a_registry_that_never_sends_the_manifest_is_given_up_in_few_words(run_pull: Run) -> None:
    # All frames are on one line of the file.
    result = run_pull("pull-hanging-manifest", stall=10, pace="0.")
    assert result.code == 1
    assert re.fullmatch(rf"{MODEL}: no progress for 10 s at: pulling manifest .\n", result.termination)


def test_a_slow_registry_is_not_given_up(run_pull: Run) -> None:
    result = run_pull("pull", stall=6, pace="0.")
    assert (result.code, result.termination) == (0, "")


def test_a_server_that_checks_what_it_got_is_not_given_up(run_pull: Run) -> None:
    # 13 s without a byte; of a large model on a slow disk it takes minutes.
    result = run_pull("pull-verifying", stall=6, pace="0.")
    assert (result.code, result.termination) == (0, "")


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
