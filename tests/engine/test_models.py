"""Models on a real engine and API server: the Jobs of a change, the effect of a failed pull, and recovery."""

from typing import Any

import pytest
import yaml
from kubernetes.client import V1Job
from pulumi import automation as auto

from tests.engine.conftest import MakeStack
from tests.engine.registry import missing
from tests.engine.stack import Kubernetes, Stack

OLLAMA, LIBRECHAT = "models-ollama", "models-librechat"
REASON = "Error: pull model manifest: file does not exist"
SUPPORT = {"name": "support:v1", "modelfile": "FROM llama2\nSYSTEM Be brief.\n"}
SETTINGS: dict[str, Any] = {
    "namespaces": {"prefix": "models-"},
    "ollama": {
        "gpu": {"count": 0},
        "exposure": {"type": "none"},
        "models": ["llama2:latest", "mistral:7b"],
        "customModels": [SUPPORT],
        "pruneModels": True,
        # As in production, the next attempt comes 10 s later, when nothing else is left to start.
        "pull": {"retries": 1},
        "pools": {"small": {"models": ["tinyllama:1.1b"]}},
    },
}


@pytest.fixture(scope="module")
def running(make_stack: MakeStack) -> Stack:
    stack = make_stack("models", SETTINGS)
    stack.up()
    return stack


def jobs(kubernetes: Kubernetes) -> dict[str, V1Job]:
    """Return the Jobs of the models, by `pull`, `create` or `prune` and the model."""
    found: dict[str, V1Job] = {}
    for job in kubernetes.batch.list_namespaced_job(OLLAMA).items:
        model = (job.metadata.annotations or {}).get("ollama.com/model", "")
        verb = next(verb for verb in ("pull", "create", "prune") if f"-{verb}-" in job.metadata.name)
        found[f"{verb} {model}".strip()] = job
    return found


def uids(found: dict[str, V1Job]) -> dict[str, str]:
    return {name: job.metadata.uid for name, job in found.items()}


def variables(job: V1Job) -> dict[str, str]:
    return {entry.name: entry.value for entry in job.spec.template.spec.containers[0].env}


def librechat_yaml(kubernetes: Kubernetes) -> dict[str, Any]:
    data = kubernetes.core.read_namespaced_config_map("librechat-config", LIBRECHAT).data
    return dict(yaml.safe_load(data["librechat.yaml"]))


def test_each_model_of_each_server_has_a_job_that_succeeded(running: Stack, kubernetes: Kubernetes) -> None:
    del running
    found = jobs(kubernetes)
    assert set(found) == {
        "pull llama2:latest",
        "pull mistral:7b",
        "create support:v1",
        "prune",
        "pull tinyllama:1.1b",
    }
    assert {name: job.status.succeeded for name, job in found.items()} == dict.fromkeys(found, 1)
    assert variables(found["pull tinyllama:1.1b"])["OLLAMA_HOST"].startswith("http://ollama-small.models-ollama.")
    assert variables(found["pull mistral:7b"])["OLLAMA_HOST"].startswith("http://ollama.models-ollama.")


def test_librechat_offers_each_server_with_its_models(running: Stack, kubernetes: Kubernetes) -> None:
    endpoints = {found["name"]: found for found in librechat_yaml(kubernetes)["endpoints"]["custom"]}
    assert {name: found["models"]["default"] for name, found in endpoints.items()} == {
        "Ollama": ["llama2:latest", "mistral:7b", "support:v1"],
        "Ollama (small)": ["tinyllama:1.1b"],
    }
    for name, endpoint in (("ollama", "Ollama"), ("ollama-small", "Ollama (small)")):
        assert endpoints[endpoint]["baseURL"] == f"http://{name}.{OLLAMA}.svc.cluster.local:11434/v1"
        ready = kubernetes.plain(kubernetes.core.read_namespaced_endpoints(name, OLLAMA))["subsets"][0]["addresses"]
        assert len(ready) == 1
    pools = running.automation.outputs()["pools"].value
    assert pools["small"]["models"] == ["tinyllama:1.1b"]


def test_a_custom_model_is_made_from_its_modelfile(running: Stack, kubernetes: Kubernetes) -> None:
    del running
    (volume,) = [v for v in jobs(kubernetes)["create support:v1"].spec.template.spec.volumes if v.config_map]
    file = kubernetes.core.read_namespaced_config_map(volume.config_map.name, OLLAMA)
    assert file.data == {"Modelfile": SUPPORT["modelfile"]}


def test_a_changed_list_changes_only_the_jobs_concerned(running: Stack, kubernetes: Kubernetes) -> None:
    before = uids(jobs(kubernetes))
    running.change({"ollama": {"models": ["llama2:latest", "qwen3:4b"]}})
    assert set(running.steps()) == {
        "ollama-pull-qwen3:4b",
        "ollama-pull-mistral:7b",
        "ollama-prune",
        "librechat-config",
        "librechat-deployment",
    }
    running.up()
    found = jobs(kubernetes)
    after = uids(found)
    assert set(before) - set(after) == {"pull mistral:7b"}
    assert set(after) - set(before) == {"pull qwen3:4b"}
    assert {name for name in before if name in after and before[name] != after[name]} == {"prune"}
    # The Job deletes what it does not keep, and checks for the wanted models first.
    assert variables(found["prune"])["KEEP"] == "llama2:latest qwen3:4b support:v1"
    assert librechat_yaml(kubernetes)["endpoints"]["custom"][0]["models"]["default"] == [
        "llama2:latest",
        "qwen3:4b",
        "support:v1",
    ]


def test_a_changed_modelfile_runs_only_its_own_job(running: Stack, kubernetes: Kubernetes) -> None:
    before = uids(jobs(kubernetes))
    polite = "FROM llama2\nSYSTEM Be polite.\n"
    running.change({"ollama": {"customModels": [{**SUPPORT, "modelfile": polite}]}})
    assert set(running.steps()) == {"ollama-modelfile-support:v1", "ollama-create-support:v1"}
    running.up()
    found = jobs(kubernetes)
    assert {name for name, uid in uids(found).items() if before[name] != uid} == {"create support:v1"}
    # The specification is not compared, but a new Job has the new one.
    (volume,) = [v for v in found["create support:v1"].spec.template.spec.volumes if v.config_map]
    assert kubernetes.core.read_namespaced_config_map(volume.config_map.name, OLLAMA).data == {"Modelfile": polite}


def test_another_deadline_is_in_the_specification_of_new_jobs(running: Stack, kubernetes: Kubernetes) -> None:
    before = jobs(kubernetes)
    running.change({"ollama": {"pull": {"timeoutSeconds": 1200}}})
    running.up()
    after = jobs(kubernetes)
    assert before["pull llama2:latest"].spec.active_deadline_seconds == 3600
    assert after["pull llama2:latest"].spec.active_deadline_seconds == 1200
    assert after["pull tinyllama:1.1b"].metadata.uid == before["pull tinyllama:1.1b"].metadata.uid
    running.preview(refresh=True, expect_no_changes=True)


def test_a_failed_pull_tells_model_and_reason_and_the_rest_comes_up(running: Stack, kubernetes: Kubernetes) -> None:
    kept = jobs(kubernetes)["prune"].metadata.uid
    running.change(
        {
            "ollama": {"models": ["llama2:latest", "nosuch:1", "gemma3:4b"]},
            "librechat": {"endpoint": {"addParams": {"temperature": 0.1}}},
        }
    )
    with missing(kubernetes, "nosuch:1", REASON):
        failed = []
        for _ in range(2):  # the second `up` tries again, and does not assume the failure
            with pytest.raises(auto.errors.CommandError) as error:
                running.up()
            text = str(error.value)
            assert f"nosuch:1: {REASON}" in text
            assert "ollama-pull-nosuch:1" in text
            found = jobs(kubernetes)
            assert found["pull nosuch:1"].status.failed == 2
            failed.append(found["pull nosuch:1"].metadata.uid)
            assert found["pull gemma3:4b"].status.succeeded == 1
            # Nothing is deleted while a model of the list is missing.
            assert found["prune"].metadata.uid == kept
            for namespace, name in ((OLLAMA, "ollama"), (OLLAMA, "ollama-small"), (LIBRECHAT, "librechat")):
                assert kubernetes.deployment(namespace, name)["status"]["readyReplicas"] == 1
            assert librechat_yaml(kubernetes)["endpoints"]["custom"][0]["addParams"]["temperature"] == 0.1
        assert failed[0] != failed[1]

    running.up(refresh=True)
    found = jobs(kubernetes)
    assert found["pull nosuch:1"].metadata.uid not in failed
    assert {name: job.status.succeeded for name, job in found.items()} == dict.fromkeys(found, 1)
    assert variables(found["prune"])["KEEP"] == "gemma3:4b llama2:latest nosuch:1 support:v1"
    running.preview(refresh=True, expect_no_changes=True)


def test_waiting_for_pulls_is_a_setting(running: Stack, kubernetes: Kubernetes) -> None:
    running.change({"ollama": {"models": ["llama2:latest", "later:1"], "pull": {"wait": False}}})
    with missing(kubernetes, "later:1", REASON):
        running.up()
        running.preview(refresh=True, expect_no_changes=True)
    assert not jobs(kubernetes)["pull later:1"].status.succeeded
    assert librechat_yaml(kubernetes)["endpoints"]["custom"][0]["models"]["default"] == [
        "llama2:latest",
        "later:1",
        "support:v1",
    ]
