"""Pruning: what its Job runs, with a client that writes what Ollama's wrote."""

from pathlib import Path

import pytest

from components.ollama.models.prune import shown_as
from components.scripts import script
from tests.unit.components.ollama.models.client import run_script
from tests.unit.programs import ollama

LISTED = ["random:100k", "support:v1", "team/random:100k", "hf.co/team/Model:Q4_K_M", "random:19m"]
"""What the recording of `ollama ls` lists."""


PRESENT = ("random:100k", "hf.co/team/Model:Q4_K_M")


PRUNE_SCRIPT = script("components.ollama.models", "prune.sh")
PRUNE = {
    "MODEL": "prune",
    "MODELS": " ".join(PRESENT),
    "KEEP": " ".join(shown_as(model) for model in PRESENT),
    "WAIT_SECONDS": "15",
}


def test_pruning_deletes_what_is_in_no_list_and_nothing_else(tmp_path: Path) -> None:
    result = run_script(tmp_path, PRUNE_SCRIPT, {"rm": "rm"}, present=PRESENT, **PRUNE)
    assert (result.code, result.termination) == (0, "")
    gone = [model for model in LISTED if model not in PRESENT]
    assert [call for call in result.calls if call.startswith("rm")] == [f"rm {model}" for model in gone]
    assert result.output.splitlines() == [
        f"{model} stays" if model in PRESENT else f"{model} is deleted" for model in LISTED
    ]


def test_pruning_an_empty_server_deletes_nothing(tmp_path: Path) -> None:
    result = run_script(tmp_path, PRUNE_SCRIPT, {"ls": "ls-empty"}, **{**PRUNE, "MODELS": ""})
    assert (result.code, result.output) == (0, "")


def test_pruning_waits_for_the_models_of_the_list(tmp_path: Path) -> None:
    # A model that is being pulled shares layers with others: they would be deleted with them.
    result = run_script(tmp_path, PRUNE_SCRIPT, {}, present=PRESENT[:1], **PRUNE)
    assert result.code == 1
    assert result.termination == "nothing is deleted: hf.co/team/Model:Q4_K_M is not there, see its Job\n"
    assert not any(call.startswith("rm") for call in result.calls)


def test_pruning_tells_what_it_could_not_list(tmp_path: Path) -> None:
    result = run_script(tmp_path, PRUNE_SCRIPT, {"ls": "ls ls-no-server"}, present=PRESENT, **PRUNE)
    words = "Error: could not connect to ollama server, run 'ollama serve' to start it"
    assert (result.code, result.termination) == (1, f"nothing is deleted: {words}\n")


def test_pruning_tells_what_it_could_not_delete(tmp_path: Path) -> None:
    result = run_script(tmp_path, PRUNE_SCRIPT, {"rm": "rm-denied"}, present=PRESENT, **PRUNE)
    words = "Error: remove /models/manifests/registry.ollama.ai/library/random/100k: permission denied"
    assert (result.code, result.termination) == (1, f"support:v1: {words}\n")


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("llama2:latest", "llama2:latest"),
        ("Llama2:7B", "llama2:7b"),
        ("library/llama2:latest", "llama2:latest"),
        ("registry.ollama.ai/library/llama2:latest", "llama2:latest"),
        ("team/llama2:latest", "team/llama2:latest"),
        ("hf.co/team/model:q4", "hf.co/team/model:q4"),
        ("127.0.0.1:5000/tiny:latest", "127.0.0.1:5000/library/tiny:latest"),
    ],
)
def test_names_are_compared_as_the_client_shows_them(model: str, shown: str) -> None:
    assert shown_as(model) == shown
    assert shown_as(shown) == shown


def test_the_job_follows_the_list_whatever_its_order_and_case() -> None:
    names = [
        next(
            job.object_name for job in ollama(models=models, pruneModels=True).all("Job") if "prune" in job.object_name
        )
        for models in (["llama2", "mistral"], ["Mistral", "llama2"], ["llama2"])
    ]
    assert names[0] == names[1] != names[2]
    assert ollama(models=["llama2"]).all("Job")
    assert not any("prune" in job.object_name for job in ollama(models=["llama2"]).all("Job"))
