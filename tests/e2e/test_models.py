"""Models: pulls from registries in every condition, custom models, pruning, two servers, restarts."""

from collections.abc import Callable, Iterator

import pytest
from pulumi.automation import CommandError

from sandbox.node.registry.behaviour import Behaviour
from tests.e2e.conftest import MODEL, SECOND_MODEL, Deployed, MakeDeployed, eventually
from tests.e2e.pods import Pods
from tests.e2e.target import Target

STALL_SECONDS = 15


@pytest.fixture(scope="module")
def deployed(make: MakeDeployed) -> Deployed:
    """A server with a model, from a healthy registry."""
    made = make("models")
    made.up()
    return made


@pytest.fixture
def registry(sandbox: Target) -> Iterator[Target]:
    """The registry, healthy again afterwards."""
    yield sandbox
    sandbox.behave(Behaviour())


def empty(deployed: Deployed) -> None:
    """Remove every model."""
    for model in deployed.models():
        deployed.pods.run(deployed.ollama, "deploy/ollama", "ollama", "rm", model)
    assert not deployed.models()


def test_a_job_pulls_the_model(deployed: Deployed, pods: Pods) -> None:
    assert deployed.models() == {MODEL}
    jobs = pods.get("-n", deployed.ollama, "jobs")["items"]
    assert [job["status"].get("succeeded") for job in jobs] == [1]
    said = pods.must("-n", deployed.ollama, "logs", f"job/{jobs[0]['metadata']['name']}")
    assert said.splitlines()[-1] == f"{MODEL} is there"


def test_a_slow_registry_is_waited_for(
    deployed: Deployed, registry: Target, record_property: Callable[[str, object], None]
) -> None:
    empty(deployed)
    registry.behave(Behaviour("slow", bytes_per_second=3 << 20))
    seconds = deployed.change({"ollama": {"pull": {"stallSeconds": STALL_SECONDS}}})
    record_property("seconds", round(seconds))
    assert seconds > STALL_SECONDS
    assert deployed.models() == {MODEL}


def test_a_frozen_registry_is_given_up_and_the_next_up_pulls(deployed: Deployed, registry: Target) -> None:
    empty(deployed)
    registry.behave(Behaviour("frozen"))
    with pytest.raises(CommandError) as failed:
        deployed.change({"ollama": {"pull": {"stallSeconds": STALL_SECONDS - 1}}})
    assert f"{MODEL}: no progress for {STALL_SECONDS - 1} s" in str(failed.value)
    assert not deployed.models()
    registry.behave(Behaviour())
    deployed.up()
    assert deployed.models() == {MODEL}


def test_a_dying_registry_fails_with_its_reason_and_the_next_up_pulls(deployed: Deployed, registry: Target) -> None:
    empty(deployed)
    registry.behave(Behaviour("dying"))
    with pytest.raises(CommandError) as failed:
        deployed.change({"ollama": {"pull": {"stallSeconds": 120}}})
    assert f"{MODEL}: Error: max retries exceeded: unexpected EOF" in str(failed.value)
    registry.behave(Behaviour())
    deployed.up()
    assert deployed.models() == {MODEL}


def test_a_custom_model_is_made(deployed: Deployed, pods: Pods) -> None:
    modelfile = f'FROM {MODEL}\nPARAMETER temperature 0\nSYSTEM "You are terse."\n'
    deployed.change({"ollama": {"customModels": [{"name": "terse:v1", "modelfile": modelfile}]}})
    assert deployed.models() == {MODEL, "terse:v1"}
    shown = pods.run(deployed.ollama, "deploy/ollama", "ollama", "show", "--modelfile", "terse:v1")
    assert "You are terse." in shown


def test_models_in_no_list_are_pruned(deployed: Deployed) -> None:
    deployed.change({"ollama": {"models": [SECOND_MODEL], "customModels": [], "pruneModels": True}})
    assert deployed.models() == {SECOND_MODEL}


def test_two_pools_have_models_of_their_own(deployed: Deployed, pods: Pods) -> None:
    pool = {
        "models": [MODEL],
        "storage": {"size": "2Gi"},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "2Gi"}},
    }
    deployed.change({"ollama": {"pools": {"second": pool}}})
    assert deployed.models("ollama-second") == {MODEL}
    assert deployed.models() == {SECOND_MODEL}
    client = deployed.client()
    for service, model in (("ollama", SECOND_MODEL), ("ollama-second", MODEL)):
        url = (f"{service}.{deployed.ollama}.svc.cluster.local", 11434, "/v1/models")
        answer = pods.request(deployed.librechat, client, url)
        assert answer.status == 200
        assert f'"id":"{model}"' in answer.text


def test_a_new_pod_has_the_model(deployed: Deployed, pods: Pods) -> None:
    before = deployed.models()
    old = running(deployed, pods)
    pods.must("-n", deployed.ollama, "delete", "pod", *old, timeout=200)
    eventually(lambda: bool(running(deployed, pods)) and not running(deployed, pods) & old, "another pod", within=120)
    pods.must("-n", deployed.ollama, "rollout", "status", "deploy/ollama", "--timeout=120s", timeout=130)
    assert deployed.models() == before


def test_a_node_that_restarts_has_the_model(deployed: Deployed, sandbox: Target, pods: Pods) -> None:
    before = deployed.models()
    assert sandbox.cluster is not None
    sandbox.cluster.stop()
    sandbox.cluster.start()
    sandbox.behave(Behaviour("dying", after_bytes=0))  # nothing can be pulled again
    try:
        eventually(lambda: restarted(deployed, pods), "the server's container to start again", within=120)
        pods.must("-n", deployed.ollama, "rollout", "status", "deploy/ollama", "--timeout=120s", timeout=130)
        assert deployed.models() == before
    finally:
        sandbox.behave(Behaviour())


def running(deployed: Deployed, pods: Pods) -> set[str]:
    """Names of the first server's pods that are not being deleted."""
    selector = "--selector=app.kubernetes.io/name=ollama"
    items = pods.get("-n", deployed.ollama, "pods", selector)["items"]
    return {item["metadata"]["name"] for item in items if "deletionTimestamp" not in item["metadata"]}


def restarted(deployed: Deployed, pods: Pods) -> bool:
    """Whether the first server's container runs for the second time."""
    items = pods.get("-n", deployed.ollama, "pods", "--selector=app.kubernetes.io/name=ollama")["items"]
    return any(
        status["restartCount"] and status["ready"] for item in items for status in item["status"]["containerStatuses"]
    )
