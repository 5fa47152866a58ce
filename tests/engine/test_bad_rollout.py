"""Rollouts that cannot succeed: `up` fails within the component's deadline and reports the reason.

Each test continues after the failure of the previous one: corrected settings and `up` suffice.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.engine.checkout import Checkout, Done
from tests.engine.conftest import MakeCheckout
from tests.engine.stack import merged

STACK = "bad"
OLLAMA, LIBRECHAT = f"{STACK}-ollama", f"{STACK}-librechat"
DEADLINE = 15
"""Deadline of each component in seconds."""

SLOWEST = 90
"""Seconds within which a failing `up` must end on a loaded machine; the default deadline is ten minutes."""

SIMULATE = "sandbox.ollama-librechat/simulate"

DEADLINES: dict[str, Any] = {
    name: {"startupTimeoutSeconds": DEADLINE} for name in ("ollama", "librechat", "mongodb", "meilisearch")
}
SHARED = {"librechat": {"storage": {"accessMode": "ReadWriteMany"}}}


@pytest.fixture(scope="module")
def checkout(make_checkout: MakeCheckout) -> Iterator[Checkout]:
    made = make_checkout()
    good(made)
    yield made
    made.run("destroy", "--stack", STACK, "--yes")


def configure(checkout: Checkout, changes: Mapping[str, Any]) -> None:
    checkout.configure(STACK, merged(merged(DEADLINES, SHARED), changes))


def good(checkout: Checkout) -> None:
    configure(checkout, HIDDEN)
    checkout.must("up", "--stack", STACK)


def failing(checkout: Checkout, changes: Mapping[str, Any]) -> Done:
    """Deploy settings that cannot work, and return the output."""
    configure(checkout, changes)
    started = time.monotonic()
    done = checkout.run("up", "--stack", STACK)
    seconds = time.monotonic() - started
    assert done.returncode != 0, done.stdout
    assert seconds < SLOWEST, done.stdout
    assert f"make up STACK={STACK}" in done.stderr, f"{done.stdout}\n{done.stderr}"
    return done


def block(done: Done, title: str) -> list[str]:
    """Return the lines about one object."""
    lines = done.stderr.splitlines()
    assert f"{title} is not ready" in lines, done.stderr
    start = lines.index(f"{title} is not ready") + 1
    return [line.strip() for line in lines[start : start + 4]]


def ready_pods(checkout: Checkout, name: str) -> set[str]:
    return {
        pod["metadata"]["name"]
        for pod in checkout.kubernetes.pods(LIBRECHAT)
        if pod["metadata"]["labels"].get("app.kubernetes.io/name") == name
        and any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"]["conditions"])
    }


EXPOSED = {"ollama": {"exposure": {"type": "Ingress"}}}
HIDDEN = {"ollama": {"exposure": {"type": "none"}}}


def ingress(checkout: Checkout) -> Any:
    """Return an Ingress that a failing update creates before it fails."""
    (found,) = checkout.kubernetes.networking.list_namespaced_ingress(OLLAMA).items
    return found


def forget(checkout: Checkout) -> None:
    """Change the state as if the API server had become unreachable after creating an object."""
    (urn,) = [one["urn"] for one in checkout.state(STACK)["resources"] if one["urn"].endswith("::ollama-ingress")]
    done = checkout.pulumi("state", "delete", urn, "--stack", STACK, "--force", "--yes")
    assert done.returncode == 0, done.stderr


KUBECTL = "look    kubectl --kubeconfig .sandbox/default/kubeconfig --context sandbox -n"


def test_images_that_cannot_be_pulled_and_a_container_that_crashes(checkout: Checkout) -> None:
    done = failing(
        checkout,
        {
            "ollama": {"image": "registry.invalid/ollama:0.32.14", **EXPOSED["ollama"]},
            "mongodb": {"pods": {"annotations": {SIMULATE: "image-pull-error"}}},
            "meilisearch": {"pods": {"annotations": {SIMULATE: "crash-loop"}}},
        },
    )
    pod, reason, look, *_ = block(done, f"Deployment {OLLAMA}/ollama")
    assert pod.startswith("pod     ollama-")
    assert pod.endswith(", container ollama")
    assert reason.startswith("reason  ImagePullBackOff: ")
    assert "registry.invalid/ollama:0.32.14" in reason
    assert look.startswith(f"{KUBECTL} {OLLAMA} describe pod/ollama-")
    assert "ImagePullBackOff" in done.stdout, "plain pulumi says it as well"
    pod, reason, *_ = block(done, f"StatefulSet {LIBRECHAT}/librechat-mongodb")
    assert pod == "pod     librechat-mongodb-0, container mongodb"
    assert reason.startswith("reason  ImagePullBackOff: ")
    _, reason, last_words, look = block(done, f"StatefulSet {LIBRECHAT}/librechat-meilisearch")
    assert last_words == "simulated failure", "the container's termination message"
    assert reason.startswith("reason  CrashLoopBackOff: ")
    assert look == f"{KUBECTL} {LIBRECHAT} logs librechat-meilisearch-0 -c meilisearch --previous"


def test_a_pod_that_never_gets_ready_while_the_old_one_serves(checkout: Checkout) -> None:
    serving = ready_pods(checkout, "librechat")
    made = ingress(checkout)
    forget(checkout)
    done = failing(checkout, {"librechat": {"pods": {"annotations": {SIMULATE: "never-ready"}}}, **EXPOSED})
    name = f"{made.metadata.namespace}/{made.metadata.name}"
    assert f"but exists: {name} is added to the state" in done.stderr, "the failed operation had created it"
    assert ingress(checkout).metadata.uid == made.metadata.uid
    pod, reason, look, *_ = block(done, f"Deployment {LIBRECHAT}/librechat")
    assert pod.endswith(", container librechat")
    assert reason.startswith("reason  NotReady: ")
    assert look.endswith("-c librechat")
    assert "StatefulSet" not in done.stderr, "the stores are well again"
    assert len(serving) == 1
    assert ready_pods(checkout, "librechat") == serving


def test_a_quota_that_is_used_up(checkout: Checkout) -> None:
    serving = ready_pods(checkout, "librechat")
    changes = {"endpoint": {"addParams": {"temperature": 0.1}}}
    done = failing(checkout, {"librechat": changes, "namespaces": {"quota": {"librechat": {"pods": "3"}}}})
    reason, look, *_ = block(done, f"Deployment {LIBRECHAT}/librechat")
    assert reason.startswith("reason  FailedCreate: ")
    assert "exceeded quota" in reason
    assert look == f"{KUBECTL} {LIBRECHAT} describe quota"
    assert ready_pods(checkout, "librechat") == serving


def test_a_gpu_that_no_node_has(checkout: Checkout) -> None:
    done = failing(checkout, {"ollama": {"gpu": {"count": 64}}})
    pod, reason, look, *_ = block(done, f"Deployment {OLLAMA}/ollama")
    assert pod.startswith("pod     ollama-")
    assert reason.startswith("reason  Unschedulable: ")
    assert "Insufficient nvidia.com/gpu" in reason
    assert look.startswith(f"{KUBECTL} {OLLAMA} describe pod/ollama-")


def test_correct_settings_are_all_it_takes(checkout: Checkout) -> None:
    good(checkout)
    assert len(ready_pods(checkout, "librechat")) == 1
    checkout.must("status", "--stack", STACK)


PATIENT = {"startupTimeoutSeconds": 900}
"""A deadline that no test should reach."""


def test_a_container_that_crashes_again_and_again_is_given_up_early(checkout: Checkout) -> None:
    good(checkout)
    done = failing(checkout, {"meilisearch": {**PATIENT, "pods": {"annotations": {SIMULATE: "crash-loop"}}}})
    _, reason, last_words, look = block(done, f"StatefulSet {LIBRECHAT}/librechat-meilisearch")
    assert reason.startswith("reason  CrashLoopBackOff: ")
    assert last_words == "simulated failure"
    assert look.endswith("logs librechat-meilisearch-0 -c meilisearch --previous")
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("gave up early, after ")]
    assert f": StatefulSet {LIBRECHAT}/librechat-meilisearch cannot become ready, " in said
    assert not checkout.state(STACK).get("pending_operations"), "the engine ended what it had begun"
    good(checkout)


def test_a_server_that_crashes_is_given_up_early_too(checkout: Checkout) -> None:
    serving = ready_pods(checkout, "librechat")
    changes = {"librechat": {**PATIENT, "pods": {"annotations": {SIMULATE: "crash-loop"}}}}
    done = failing(checkout, changes)
    assert f"Deployment {LIBRECHAT}/librechat cannot become ready, " in done.stderr
    assert ready_pods(checkout, "librechat") == serving
    good(checkout)
