"""What the Jobs for models have in common: names, deadlines, rights."""

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from components.ollama.models.jobs import MODELFILE_DIRECTORY, named, workload_name
from tests.unit.pods import container, environment
from tests.unit.programs import ollama
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


@given(st.from_regex(r"[a-z][a-z0-9]{0,19}", fullmatch=True), st.text(min_size=1, max_size=200))
def test_names_of_jobs_fit_into_a_label(pool: str, model: str) -> None:
    for part in ("pull", "create"):
        assert len(named(f"ollama-{pool}-{part}", model)) <= 63


CUSTOM = [{"name": "support:v1", "modelfile": "FROM llama2\nSYSTEM Be brief.\n"}]


def jobs(program: Recording) -> dict[str, Any]:
    return {job.object_name: job for job in program.all("Job") if job.metadata["namespace"] == "ollama"}


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


def test_log_settings_reach_librechat(execute: Execute) -> None:
    program = execute(librechat={"logs": {"level": "debug", "format": "text"}})
    variables = environment(program.object("Deployment", "librechat"), "librechat")
    assert (variables["CONSOLE_LOG_LEVEL"], variables["CONSOLE_JSON"]) == ("debug", "false")


def test_a_script_ends_before_its_job_and_the_job_before_pulumi_gives_up() -> None:
    for seconds in (10, 100, 3600):
        settings = {"customModels": CUSTOM, "models": ["llama2"], "pull": {"timeoutSeconds": seconds}}
        (job,) = [found for found in ollama(**settings).all("Job") if "create" in found.object_name]
        assert 0 < int(environment(job, "pull")["WAIT_SECONDS"]) < job.spec["activeDeadlineSeconds"] == seconds
        assert int(job.timeouts["create"].removesuffix("s")) > seconds


def test_only_a_job_with_a_modelfile_mounts_one() -> None:
    program = ollama(models=["llama2"], customModels=CUSTOM)
    mounted = {
        job.object_name.split("-")[1]: {mount["mountPath"] for mount in container(job, "pull")["volumeMounts"]}
        for job in program.all("Job")
    }
    assert mounted == {"pull": {"/tmp"}, "create": {"/tmp", MODELFILE_DIRECTORY}}  # noqa: S108 - in the container


def test_jobs_reach_their_server_and_have_no_rights(execute: Execute) -> None:
    program = execute(ollama={"models": ["llama2"]})
    (rule,) = program.object("NetworkPolicy", workload_name("ollama"), "ollama").spec["egress"][-1:]
    assert rule["ports"] == [{"protocol": "TCP", "port": 11434}]
    account = program.object("ServiceAccount", workload_name("ollama"), "ollama")
    assert account.inputs["automountServiceAccountToken"] is False
