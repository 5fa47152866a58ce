"""The Ollama server: GPUs of each vendor, what the server is told, one pod at a time."""

from collections.abc import Callable
from typing import Any

import yaml

from tests.unit.pods import container, environment, pods, template, violations
from tests.unit.programs import ollama
from tests.unit.recording import Recording


def pod(program: Recording) -> dict[str, Any]:
    return template(program.object("Deployment", "ollama")).spec


def test_an_image_of_ones_own_wins_over_the_vendor() -> None:
    program = ollama(image="example.org/ollama:1", gpu={"count": 1, "vendor": "amd"})
    assert container(program.object("Deployment", "ollama"), "ollama")["image"] == "example.org/ollama:1"


def test_pods_are_recreated_because_the_old_one_holds_the_gpu(default_program: Recording) -> None:
    assert default_program.object("Deployment", "ollama").spec["strategy"] == {"type": "Recreate"}


def test_a_claim_that_is_there_is_used_and_not_made() -> None:
    program = ollama(storage={"existingClaim": "models"})
    assert [r for r in program.all("PersistentVolumeClaim") if r.object_name == "ollama-data"] == []
    volumes = [
        volume["persistentVolumeClaim"] for volume in pod(program)["volumes"] if "persistentVolumeClaim" in volume
    ]
    assert volumes == [{"claimName": "models"}]


def test_storage_is_as_asked() -> None:
    storage = {"size": "300Gi", "storageClassName": "fast", "accessMode": "ReadWriteMany"}
    program = ollama(storage=storage, replicas=2)
    assert program.object("PersistentVolumeClaim", "ollama-data").spec == {
        "accessModes": ["ReadWriteMany"],
        "storageClassName": "fast",
        "resources": {"requests": {"storage": "300Gi"}},
    }
    assert program.object("Deployment", "ollama").spec["replicas"] == 2


def test_the_deadline_is_the_one_that_is_set() -> None:
    program = ollama(startupTimeoutSeconds=17)
    assert program.object("Deployment", "ollama").timeouts == {"create": "17s", "update": "17s"}


def test_nothing_is_exposed_unless_asked_for(default_program: Recording) -> None:
    assert [r for r in default_program.all("Ingress") if r.object_name == "ollama-ingress"] == []


Execute = Callable[..., Recording]


CUSTOM = [{"name": "support:v1", "modelfile": "FROM llama2\nSYSTEM Be brief.\n"}]


def jobs(program: Recording) -> dict[str, Any]:
    return {job.object_name: job for job in program.all("Job") if job.metadata["namespace"] == "ollama"}


POOLS = {
    "amd": {"gpu": {"count": 2, "vendor": "amd"}, "models": ["mistral:7b"], "storage": {"size": "50Gi"}},
    "intel": {"gpu": {"count": 1, "vendor": "intel"}, "models": ["llama2"], "customModels": CUSTOM},
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
