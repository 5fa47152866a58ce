"""Custom models, pruning, pools: what the Jobs run, against a client whose models are files, and what is declared."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.ollama.models.create import CREATE_SCRIPT
from components.ollama.models.jobs import named
from components.ollama.models.prune import PRUNE_SCRIPT, shown_as
from components.ollama.models.rules import base_models
from tests.unit.pods import container, environment, pods, template, violations
from tests.unit.recording import Recording

Execute = Callable[..., Recording]

CLIENT = """#!/bin/bash
# A client whose models are files, and which fails at what its test says.
echo "$*" >> "$STATE/calls"
case "$FAIL" in "$1"*) echo "Error: ${FAIL#* }" >&2; exit 1 ;; esac
file="$STATE/models/${2//\\//_}"
case "$1" in
    ls) printf 'NAME  ID  SIZE  MODIFIED\\n'; [ ! -e "$STATE/listed" ] || cat "$STATE/listed" ;;
    show) [ -e "$file" ] ;;
    create) printf 'gathering model components\\n%s\\n' "$LAST"; [ "$LAST" != success ] || touch "$file" ;;
    rm) echo "deleted '$2'" ;;
esac
"""


class Result(NamedTuple):
    code: int
    output: str
    termination: str
    calls: list[str]


@pytest.fixture
def run_script(tmp_path: Path) -> Callable[..., Result]:
    """Run a real script with a scripted client, in a hundredth of the time that it waits."""
    programs, models = tmp_path / "bin", tmp_path / "models"
    programs.mkdir()
    models.mkdir()
    sleep = shutil.which("sleep")
    for name, text in (("ollama", CLIENT), ("sleep", f'#!/bin/sh\nexec {sleep} "0.0$1"\n')):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)

    def run(
        script: str,
        *,
        present: tuple[str, ...] = (),
        listed: tuple[str, ...] = (),
        last: str = "success",
        fail: str = "-",
        **variables: str,
    ) -> Result:
        for model in present:
            (models / model.replace("/", "_")).touch()
        (tmp_path / "listed").write_text("".join(f"{name}  0123  1 GB  2 days ago\n" for name in listed))
        result = subprocess.run(
            ["bash", "-u", "-c", script],
            env={
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "STATE": os.fspath(tmp_path),
                "TMPDIR": os.fspath(tmp_path),
                "TERMINATION_LOG": os.fspath(tmp_path / "termination"),
                "OLLAMA_HOST": "http://ollama:11434",
                "WAIT_SECONDS": "15",
                "LAST": last,
                "FAIL": fail,
                **variables,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        told = tmp_path / "termination"
        return Result(
            result.returncode,
            result.stdout + result.stderr,
            told.read_text().strip() if told.exists() else "",
            [line for line in (tmp_path / "calls").read_text().splitlines() if line != "ls"],
        )

    return run


CREATE = {"MODEL": "support:v1", "BASE": "llama3.2:3b", "MODELFILE": "/modelfile/Modelfile"}


def test_a_custom_model_is_created_after_its_base(run_script: Callable[..., Result]) -> None:
    result = run_script(CREATE_SCRIPT, present=("llama3.2:3b",), **CREATE)
    assert (result.code, result.termination) == (0, "")
    assert result.calls == [
        "show llama3.2:3b",
        "create support:v1 -f /modelfile/Modelfile",
        "show support:v1",
    ]


def test_a_custom_model_tells_that_its_base_is_missing(run_script: Callable[..., Result]) -> None:
    result = run_script(CREATE_SCRIPT, **CREATE)
    assert result.code == 1
    assert result.termination == "support:v1: its base model llama3.2:3b is not there, see the Job of llama3.2:3b"
    assert not any(call.startswith("create") for call in result.calls)


def test_a_creation_that_fails_or_is_cut_off_fails(run_script: Callable[..., Result]) -> None:
    failed = run_script(CREATE_SCRIPT, present=("llama3.2:3b",), fail="create invalid parameter", **CREATE)
    assert (failed.code, failed.termination) == (1, "support:v1: Error: invalid parameter")
    # The client ends with 0 when its server is killed, and an older model of the name may be there.
    cut = run_script(CREATE_SCRIPT, present=("llama3.2:3b", "support:v1"), last="writing manifest", **CREATE)
    assert (cut.code, cut.termination) == (1, "support:v1: not created, last line: writing manifest")


PRUNE = {"MODEL": "prune", "MODELS": "llama2:latest hf.co/Team/Model:Q4", "KEEP": "llama2:latest hf.co/team/model:q4"}
PRESENT = ("llama2:latest", "hf.co/Team/Model:Q4")


def test_pruning_deletes_what_is_in_no_list_and_nothing_else(run_script: Callable[..., Result]) -> None:
    listed = ("llama2:latest", "mistral:7b", "hf.co/Team/Model:Q4", "llama2:7b")
    result = run_script(PRUNE_SCRIPT, present=PRESENT, listed=listed, **PRUNE)
    assert result.code == 0, result.output
    assert [call for call in result.calls if call.startswith("rm")] == ["rm mistral:7b", "rm llama2:7b"]


def test_pruning_waits_for_the_models_of_the_list(run_script: Callable[..., Result]) -> None:
    # A model that is being pulled shares layers with others: they would be deleted with them.
    result = run_script(PRUNE_SCRIPT, present=PRESENT[:1], listed=("mistral:7b",), **PRUNE)
    assert result.code == 1
    assert result.termination == "nothing is deleted: hf.co/Team/Model:Q4 is not there, see its Job"
    assert not any(call.startswith("rm") for call in result.calls)


def test_pruning_tells_what_it_could_not_delete(run_script: Callable[..., Result]) -> None:
    result = run_script(PRUNE_SCRIPT, present=PRESENT, listed=("mistral:7b",), fail="rm permission denied", **PRUNE)
    assert (result.code, result.termination) == (1, "mistral:7b: Error: permission denied")


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
