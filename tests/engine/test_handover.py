"""A failing change of method and the recovery: what serves meanwhile, what is reported, and what comes next.

Ollama's volume is ReadWriteOnce, so its old pods are deleted first; LibreChat's is shared, so they stay.
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.engine.checkout import Checkout, Done
from tests.engine.conftest import MakeCheckout
from tests.engine.stack import merged

STACK = "switch"
NAMESPACES = {"ollama": f"{STACK}-ollama", "librechat": f"{STACK}-librechat"}
SIMULATE = "sandbox.ollama-librechat/simulate"
CRASHING = {"pods": {"annotations": {SIMULATE: "crash-loop"}}}

BASE: dict[str, Any] = {
    "ollama": {"startupTimeoutSeconds": 20},
    "librechat": {"startupTimeoutSeconds": 300, "storage": {"accessMode": "ReadWriteMany"}},
}


def helm(name: str) -> dict[str, Any]:
    return {"method": "helm", "helm": {"chart": f"./tests/charts/{name}"}}


@pytest.fixture(scope="module")
def checkout(make_checkout: MakeCheckout) -> Iterator[Checkout]:
    made = make_checkout()
    configure(made, {})
    made.must("up", "--stack", STACK)
    yield made
    made.run("destroy", "--stack", STACK, "--yes")


def configure(checkout: Checkout, changes: Mapping[str, Any]) -> None:
    checkout.configure(STACK, merged(BASE, changes))


def switch(checkout: Checkout, name: str, **more: Any) -> Done:
    configure(checkout, {name: {**helm(name), **more}})
    return checkout.run("up", "--stack", STACK)


def serving(checkout: Checkout, name: str) -> set[str]:
    """Return the names of the ready pods behind a Service."""
    namespace = NAMESPACES[name]
    selector = checkout.kubernetes.core.read_namespaced_service(name, namespace).spec.selector.items()
    return {
        pod["metadata"]["name"]
        for pod in checkout.kubernetes.pods(namespace)
        if selector <= pod["metadata"]["labels"].items()
        and any(one["type"] == "Ready" and one["status"] == "True" for one in pod["status"]["conditions"])
    }


def deployments(checkout: Checkout, name: str) -> dict[str, int]:
    """Return the replicas of each Deployment of a server, by name."""
    found = checkout.kubernetes.apps.list_namespaced_deployment(NAMESPACES[name]).items
    return {one.metadata.name: one.spec.replicas for one in found if one.metadata.name in {name, f"{name}-helm"}}


def eventually_serving(checkout: Checkout, name: str) -> set[str]:
    for _ in range(60):
        if found := serving(checkout, name):
            return found
        time.sleep(0.5)
    return set()


def template(checkout: Checkout, name: str) -> Any:
    return checkout.kubernetes.deployment(NAMESPACES[name], name)["spec"]["template"]


def test_a_release_that_fails_gives_the_old_server_its_pods_back(checkout: Checkout) -> None:
    before = template(checkout, "ollama")
    done = switch(checkout, "ollama", **CRASHING)
    assert done.returncode != 0, done.stdout
    lines = [line.strip() for line in done.stderr.splitlines()]
    assert f"Helm release {NAMESPACES['ollama']}/ollama-helm did not become ready, and Helm took its pods away" in lines
    assert any(line.startswith("pod     ollama-helm-") for line in lines), done.stderr
    assert any(line.startswith("reason  CrashLoopBackOff") for line in lines), done.stderr
    assert f"ollama: the Deployment {NAMESPACES['ollama']}/ollama has its pods back" in done.stderr
    assert deployments(checkout, "ollama") == {"ollama": 1}
    assert template(checkout, "ollama") == before, "it is as it was deployed, and not as the settings say today"
    assert eventually_serving(checkout, "ollama")


def test_it_is_tried_again_while_the_settings_ask_for_it(checkout: Checkout) -> None:
    done = checkout.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    assert done.returncode != 0, done.stdout
    assert deployments(checkout, "ollama") == {"ollama": 0}, "the state knew of its pods without a refresh"
    # Plain pulumi does nothing more; `make up` fails in the same way, and restores it.
    assert checkout.run("up", "--stack", STACK).returncode != 0
    assert deployments(checkout, "ollama") == {"ollama": 1}


def test_with_the_method_set_back_nothing_is_restarted(checkout: Checkout) -> None:
    before = eventually_serving(checkout, "ollama")
    configure(checkout, {})
    checkout.must("up", "--stack", STACK)
    assert serving(checkout, "ollama") == before
    done = checkout.pulumi("preview", "--refresh", "--expect-no-changes", "--stack", STACK)
    assert done.returncode == 0, done.stdout


def test_a_corrected_release_takes_over_and_the_second_up_deletes_the_old_server(checkout: Checkout) -> None:
    done = switch(checkout, "ollama")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert deployments(checkout, "ollama") == {"ollama": 0, "ollama-helm": 1}
    assert {name.rpartition("-helm-")[0] for name in serving(checkout, "ollama")} == {"ollama"}
    checkout.must("up", "--stack", STACK)
    assert deployments(checkout, "ollama") == {"ollama-helm": 1}


def test_the_way_back_needs_no_chart_in_the_settings(checkout: Checkout) -> None:
    configure(checkout, {})  # like `git revert`
    checkout.must("up", "--stack", STACK)
    assert deployments(checkout, "ollama") == {"ollama": 1, "ollama-helm": 0}
    assert serving(checkout, "ollama")
    checkout.must("up", "--stack", STACK)
    assert deployments(checkout, "ollama") == {"ollama": 1}


def test_where_the_volume_is_shared_the_old_pods_serve_until_the_new_ones_do(checkout: Checkout) -> None:
    before = serving(checkout, "librechat")
    assert before
    done = switch(checkout, "librechat", **CRASHING)
    assert done.returncode != 0, done.stdout
    assert "Helm release" in done.stderr
    assert "CrashLoopBackOff" in done.stderr
    assert f"Release {NAMESPACES['librechat']}/librechat-helm cannot become ready" in done.stderr, "not after 300 s"
    assert "has its pods back" not in done.stderr
    assert serving(checkout, "librechat") == before
    done = switch(checkout, "librechat")
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert deployments(checkout, "librechat") == {"librechat": 1, "librechat-helm": 1}
    assert serving(checkout, "librechat").isdisjoint(before)
    checkout.must("up", "--stack", STACK)
    assert deployments(checkout, "librechat") == {"librechat-helm": 1}
    configure(checkout, {})
    checkout.must("up", "--stack", STACK)
    assert deployments(checkout, "librechat") == {"librechat": 1, "librechat-helm": 1}
    checkout.must("up", "--stack", STACK)
    assert deployments(checkout, "librechat") == {"librechat": 1}
