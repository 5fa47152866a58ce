"""Custom models: what their Jobs run, with a client that writes what Ollama's wrote, and how they are declared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.ollama.models.create import FILE
from components.ollama.models.jobs import MODELFILE_DIRECTORY
from components.scripts import script
from tests.unit.components.ollama.models.client import run_script
from tests.unit.pods import environment, pods, template, violations
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


CUSTOM = [{"name": "support:v1", "modelfile": "FROM llama2\nSYSTEM Be brief.\n"}]


def jobs(program: Recording) -> dict[str, Any]:
    return {job.object_name: job for job in program.all("Job") if job.metadata["namespace"] == "ollama"}


CREATE_SCRIPT = script("components.ollama.models", "create.sh")
CREATE = {"MODEL": "support:v1", "BASE": "random:100k", "WAIT_SECONDS": "15", "MODELFILE": "/modelfile/Modelfile"}


def test_a_custom_model_is_created_after_its_base(tmp_path: Path) -> None:
    result = run_script(tmp_path, CREATE_SCRIPT, {"create": "create"}, present=("random:100k",), **CREATE)
    assert result.output == "creating support:v1 from random:100k\nsupport:v1 is there\n"
    assert (result.code, result.termination) == (0, "")
    assert result.calls == [
        "ls",
        "show random:100k",
        "create support:v1 -f /modelfile/Modelfile",
        "show support:v1",
    ]


def test_a_custom_model_that_is_there_is_created_again(tmp_path: Path) -> None:
    present = ("random:100k", "support:v1")
    result = run_script(tmp_path, CREATE_SCRIPT, {"create": "create-again"}, present=present, **CREATE)
    assert (result.code, result.termination) == (0, "")


def test_a_custom_model_tells_that_its_base_is_missing(tmp_path: Path) -> None:
    result = run_script(tmp_path, CREATE_SCRIPT, {}, **CREATE)
    assert result.code == 1
    assert result.termination == "support:v1: its base model random:100k is not there, see the Job of random:100k\n"
    assert not any(call.startswith("create") for call in result.calls)


@pytest.mark.parametrize(
    ("recording", "words"),
    [
        ("create-unknown-parameter", "Error: unknown parameter 'nonsense'"),
        ("create-invalid-value", "Error: invalid int value [many]"),
        ("create-bad-template", "Error: 400 Bad Request: template error: template: :1: unclosed action"),
        ("create-no-server", "Error: could not connect to ollama server, run 'ollama serve' to start it"),
    ],
)
def test_a_creation_that_fails_says_why(recording: str, words: str, tmp_path: Path) -> None:
    result = run_script(tmp_path, CREATE_SCRIPT, {"create": recording}, present=("random:100k",), **CREATE)
    assert (result.code, result.termination) == (1, f"support:v1: {words}\n")


def test_a_creation_that_is_cut_off_fails(tmp_path: Path) -> None:
    # The client ends with 0 when its server is killed, and an older model of the name may be there.
    present = ("random:100k", "support:v1")
    result = run_script(tmp_path, CREATE_SCRIPT, {"create": "create-cut"}, present=present, **CREATE)
    assert result.code == 1
    assert result.termination.startswith("support:v1: not created, last line: creating new layer sha256:")


def test_a_custom_model_has_a_job_of_its_own_and_is_offered(execute: Execute) -> None:
    program = execute(ollama={"models": ["llama2"], "customModels": CUSTOM, "pruneModels": True})
    found = {name.rsplit("-", 1)[0]: job for name, job in jobs(program).items()}
    assert set(found) == {"ollama-pull-llama2-latest", "ollama-create-support-v1", "ollama-prune"}
    create, prune = found["ollama-create-support-v1"], found["ollama-prune"]
    assert found["ollama-pull-llama2-latest"].urn in create.dependencies
    assert create.urn in prune.dependencies
    variables = environment(create, "pull")
    assert (variables["MODEL"], variables["BASE"]) == ("support:v1", "llama2:latest")
    (volume,) = [v for v in template(create).spec["volumes"] if v["name"] == "modelfile"]
    file = program.object("ConfigMap", volume["configMap"]["name"], "ollama")
    assert file.inputs["data"] == {"Modelfile": CUSTOM[0]["modelfile"]}
    assert environment(prune, "pull")["KEEP"] == "llama2:latest support:v1"
    assert [list(violations(pod)) for pod in pods(program) if list(violations(pod))] == []
    content = yaml.safe_load(program.object("ConfigMap", "librechat-config").inputs["data"]["librechat.yaml"])
    assert content["endpoints"]["custom"][0]["models"]["default"] == ["llama2:latest", "support:v1"]


def test_the_script_reads_the_file_that_is_mounted() -> None:
    assert f"{MODELFILE_DIRECTORY}/{FILE}" in CREATE_SCRIPT


def test_a_custom_model_is_created_after_the_custom_model_that_it_is_based_on(execute: Execute) -> None:
    custom = [*CUSTOM, {"name": "polite", "modelfile": "FROM SUPPORT:v1\n"}]
    program = execute(ollama={"models": ["llama2"], "customModels": custom})
    found = {name.rsplit("-", 1)[0]: job for name, job in jobs(program).items()}
    assert found["ollama-create-support-v1"].urn in found["ollama-create-polite-latest"].dependencies
