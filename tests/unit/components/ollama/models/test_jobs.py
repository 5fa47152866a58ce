"""Custom models, pruning, pools: what the Jobs run, with a client that writes what Ollama's wrote; what is declared."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.ollama.models.create import CREATE_SCRIPT
from components.ollama.models.jobs import named
from components.ollama.models.prune import PRUNE_SCRIPT, shown_as
from components.ollama.models.rules import base_models
from tests.unit.components.ollama.models.client import run_script
from tests.unit.pods import container, environment, pods, template, violations
from tests.unit.recording import Recording

Execute = Callable[..., Recording]

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


LISTED = ["random:100k", "support:v1", "team/random:100k", "hf.co/team/Model:Q4_K_M", "random:19m"]
"""What the recording of `ollama ls` lists."""
PRESENT = ("random:100k", "hf.co/team/Model:Q4_K_M")
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


@pytest.mark.parametrize(
    ("modelfile", "bases"),
    [
        ("FROM llama2", ["llama2"]),
        ("# FROM a\nfrom llama2:7b\nPARAMETER num_ctx 4096\n", ["llama2:7b"]),
        ('FROM llama2\nSYSTEM """\nFROM now on, be brief.\nFROM mistral\n"""\n', ["llama2"]),
        ("FROM a\r\nFROM b\r\n", ["a", "b"]),
        ("SYSTEM x", []),
    ],
)
def test_base_models_of_a_modelfile(modelfile: str, bases: list[str]) -> None:
    assert base_models(modelfile) == bases


@given(st.from_regex(r"[a-z][a-z0-9]{0,19}", fullmatch=True), st.text(min_size=1, max_size=200))
def test_names_of_jobs_fit_into_a_label(pool: str, model: str) -> None:
    for part in ("pull", "create"):
        assert len(named(f"ollama-{pool}-{part}", model)) <= 63


CUSTOM = [{"name": "support:v1", "modelfile": "FROM llama2\nSYSTEM Be brief.\n"}]
POOLS = {
    "amd": {"gpu": {"count": 2, "vendor": "amd"}, "models": ["mistral:7b"], "storage": {"size": "50Gi"}},
    "intel": {"gpu": {"count": 1, "vendor": "intel"}, "models": ["llama2"], "customModels": CUSTOM},
}


def jobs(program: Recording) -> dict[str, Any]:
    return {job.object_name: job for job in program.all("Job") if job.metadata["namespace"] == "ollama"}


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


def test_only_what_changed_has_another_job(execute: Execute) -> None:
    first = {"models": ["llama2", "mistral:7b"], "customModels": CUSTOM, "pruneModels": True}
    other = [{**CUSTOM[0], "modelfile": "FROM llama2\nSYSTEM Be polite.\n"}]
    before, after = jobs(execute(ollama=first)), jobs(execute(ollama={**first, "customModels": other}))
    assert {name for name in before if name not in after} == {n for n in before if n.startswith("ollama-create")}
    fewer = jobs(execute(ollama={**first, "models": ["llama2"]}))
    assert {name.rsplit("-", 1)[0] for name in before if name not in fewer} == {
        "ollama-pull-mistral-7b",
        "ollama-prune",
    }


def test_pools_are_servers_of_their_own_beside_the_first(execute: Execute) -> None:
    alone = execute(ollama={"models": ["llama2"]})
    program = execute(ollama={"models": ["llama2"], "pools": POOLS})
    for kind in ("Deployment", "Service", "PersistentVolumeClaim", "ServiceAccount", "Job"):
        first = {
            found.object_name: found.inputs for found in alone.all(kind) if found.metadata["namespace"] == "ollama"
        }
        assert first
        for name, inputs in first.items():
            assert program.object(kind, name, "ollama").inputs == inputs
    amd = program.object("Deployment", "ollama-amd", "ollama")
    server = container(amd, "ollama")
    assert server["image"].endswith("-rocm")
    assert server["resources"]["limits"]["amd.com/gpu"] == "2"
    claim = program.object("PersistentVolumeClaim", "ollama-amd-data", "ollama")
    assert claim.spec["resources"]["requests"]["storage"] == "50Gi"
    (pull,) = [job for name, job in jobs(program).items() if name.startswith("ollama-amd-pull-")]
    assert environment(pull, "pull")["OLLAMA_HOST"] == "http://ollama-amd.ollama.svc.cluster.local:11434"
    quota = program.object("ResourceQuota", "quota", "ollama").spec["hard"]
    assert (quota["requests.amd.com/gpu"], quota["requests.gpu.intel.com/i915"]) == ("2", "1")
    assert [list(violations(pod)) for pod in pods(program) if list(violations(pod))] == []
    assert program.exports["pools"]["intel"]["models"] == ["llama2:latest", "support:v1"]


def test_librechat_offers_every_pool_and_may_reach_it(execute: Execute) -> None:
    program = execute(
        ollama={"models": ["llama2"], "pools": POOLS}, librechat={"endpoint": {"titleModel": "llama2:latest"}}
    )
    content = yaml.safe_load(program.object("ConfigMap", "librechat-config").inputs["data"]["librechat.yaml"])
    endpoints = {found["name"]: found for found in content["endpoints"]["custom"]}
    assert list(endpoints) == ["Ollama", "Ollama (amd)", "Ollama (intel)"]
    assert endpoints["Ollama (amd)"]["modelDisplayLabel"] == "Ollama (amd)"
    assert endpoints["Ollama (amd)"]["models"]["default"] == ["mistral:7b"]
    # A pool without the model of the titles would answer every one of them with an error.
    assert endpoints["Ollama (amd)"]["titleModel"] == "current_model"
    assert endpoints["Ollama"]["titleModel"] == "llama2:latest"
    policy = program.object("NetworkPolicy", "librechat", "librechat").spec
    reached = [peer["podSelector"]["matchLabels"] for rule in policy["egress"] for peer in rule.get("to", [])]
    for name in ("ollama", "ollama-amd", "ollama-intel"):
        assert any(labels.get("app.kubernetes.io/name") == name for labels in reached)


def test_volumes_and_variables_are_passed_through(execute: Execute) -> None:
    extra: dict[str, Any] = {
        "envFrom": [{"secretRef": {"name": "proxy-login"}}],
        "extraVolumes": [{"name": "ca", "configMap": {"name": "company-ca"}}],
        "extraVolumeMounts": [{"name": "ca", "mountPath": "/etc/company"}],
    }
    program = execute(**{name: {"pods": extra} for name in ("ollama", "librechat", "mongodb", "meilisearch")})
    owners = [*program.all("Deployment"), *program.all("StatefulSet")]
    assert len(owners) == 4
    for owner in owners:
        spec = template(owner).spec
        assert extra["extraVolumes"][0] in spec["volumes"]
        assert spec["containers"][0]["envFrom"] == extra["envFrom"]
        assert extra["extraVolumeMounts"][0] in spec["containers"][0]["volumeMounts"]
        assert len(spec["volumes"]) > 1


def test_log_settings_reach_librechat(execute: Execute) -> None:
    program = execute(librechat={"logs": {"level": "debug", "format": "text"}})
    variables = environment(program.object("Deployment", "librechat"), "librechat")
    assert (variables["CONSOLE_LOG_LEVEL"], variables["CONSOLE_JSON"]) == ("debug", "false")
