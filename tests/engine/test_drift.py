"""Changes by people and programs outside the stack: found field by field, attributed, and reverted."""

import time
from pathlib import Path
from typing import Any

import pytest

from cli.drift.detect import OBJECT, Line
from cli.drift.preview import find
from cli.drift.report import text
from cli.drift.undo import remove_added
from cli.project import StackFile
from cli.session import Session
from cli.state import State
from sandbox.engine.engine import Engine
from tests.engine.conftest import MakeStack
from tests.engine.stack import Kubernetes, Stack

OLLAMA, LIBRECHAT = "drift-ollama", "drift-librechat"
CONTAINER = "spec.template.spec.containers[librechat]"
PLANTED = "planted-by-hand"


@pytest.fixture(scope="module")
def running(make_stack: MakeStack) -> Stack:
    stack = make_stack("drift", {"namespaces": {"prefix": "drift-"}})
    stack.up()
    return stack


@pytest.fixture(scope="module")
def session(running: Stack, engine: Engine) -> Session:
    return session_of(running, engine)


def session_of(stack: Stack, engine: Engine) -> Session:
    path = stack.directory / f"Pulumi.{stack.name}.yaml"
    return Session(StackFile(stack.name, path, stack.settings), engine, State(False, stack.env), None, stack.directory)


def told(lines: list[Line]) -> dict[tuple[str, str, str], tuple[str, str]]:
    """Return who changed which field of which object, and why it differs."""
    return {
        (line.kind, line.name, line.field): (line.manager.name if line.manager else "", line.cause) for line in lines
    }


def change_by_hand(kubernetes: Kubernetes) -> None:
    apps, core, networking = kubernetes.apps, kubernetes.core, kubernetes.networking
    scale: Any = {"spec": {"replicas": 3}}
    apps.patch_namespaced_deployment_scale("ollama", OLLAMA, scale, field_manager="kubectl")
    env = [{"name": "SEARCH", "value": "false"}, {"name": "ADDED", "value": PLANTED}]
    pod = {"spec": {"template": {"spec": {"containers": [{"name": "librechat", "env": env}]}}}}
    apps.patch_namespaced_deployment("librechat", LIBRECHAT, pod, field_manager="kubectl-edit")
    core.delete_namespaced_service("ollama", OLLAMA)
    labels = {"metadata": {"labels": {"env": "elsewhere", "added": "label"}}}
    core.patch_namespaced_config_map("librechat-config", LIBRECHAT, labels, field_manager="label-robot")
    core.patch_namespaced_secret(
        "librechat-credentials-env", LIBRECHAT, {"stringData": {"CREDS_IV": PLANTED}}, field_manager="kubectl-patch"
    )
    rules = networking.read_namespaced_network_policy("librechat", LIBRECHAT).spec.ingress
    opened = {"spec": {"ingress": [*(kubernetes.api.sanitize_for_serialization(rule) for rule in rules), {}]}}
    networking.patch_namespaced_network_policy("librechat", LIBRECHAT, opened, field_manager="kubectl-edit")
    narrowed = {"spec": {"podSelector": {"matchLabels": {"no": "pod"}}}}
    networking.patch_namespaced_network_policy("default-deny", OLLAMA, narrowed, field_manager="kubectl-edit")


def versions(kubernetes: Kubernetes) -> list[tuple[str, int | None]]:
    """Return generation and similar values that show whether anything changed an object's specification."""
    return [
        (item.metadata.name, item.metadata.generation)
        for namespace in (OLLAMA, LIBRECHAT)
        for found in (
            kubernetes.apps.list_namespaced_deployment(namespace),
            kubernetes.networking.list_namespaced_network_policy(namespace),
        )
        for item in found.items
    ]


def checkpoint(stack: Stack) -> str:
    return next(Path(stack.backend).rglob("stacks/**/drift.json")).read_text()


CHANGED = {
    ("Deployment", "ollama", "spec.replicas"): ("kubectl", "cluster"),
    ("Deployment", "librechat", f"{CONTAINER}.env[SEARCH].value"): ("kubectl-edit", "cluster"),
    ("Deployment", "librechat", f"{CONTAINER}.env[ADDED]"): ("kubectl-edit", "cluster"),
    ("Service", "ollama", OBJECT): ("", "cluster"),
    ("ConfigMap", "librechat-config", "metadata.labels.env"): ("label-robot", "cluster"),
    ("Secret", "librechat-credentials-env", "data.CREDS_IV"): ("kubectl-patch", "cluster"),
    ("NetworkPolicy", "librechat", "spec.ingress[1]"): ("kubectl-edit", "cluster"),
    ("NetworkPolicy", "default-deny", "spec.podSelector.matchLabels"): ("kubectl-edit", "cluster"),
}


def test_a_fresh_stack_has_no_drift(session: Session) -> None:
    assert told(find(session)) == {}


def test_every_change_is_told_with_its_manager_and_nothing_is_changed(
    session: Session, running: Stack, kubernetes: Kubernetes
) -> None:
    change_by_hand(kubernetes)
    before, state = versions(kubernetes), checkpoint(running)
    lines = find(session)
    assert told(lines) == CHANGED
    assert versions(kubernetes) == before
    assert checkpoint(running) == state
    (replicas,) = (line for line in lines if line.field == "spec.replicas")
    assert (replicas.wanted, replicas.live) == (1, 3)
    times = {line.manager.time[:2] for line in lines if line.manager and not line.manager.subresource}
    assert times == {"20"}
    shown = "\n".join(text(lines))
    assert '"false"' in shown
    assert "Secret drift-librechat/librechat-credentials-env" in shown
    assert shown.count(PLANTED) == 1  # in the variable, not in the Secret


def test_repair_puts_everything_back(session: Session, running: Stack, kubernetes: Kubernetes) -> None:
    lines = find(session)
    running.up(refresh=True)
    # The provider never sees a rule that somebody added, even with a refresh.
    left = told(find(session))
    assert ("NetworkPolicy", "librechat", "spec.ingress[1]") in left
    assert ("NetworkPolicy", "default-deny", "spec.podSelector.matchLabels") in left
    assert left.items() <= CHANGED.items()
    assert {line.field for line in remove_added(kubernetes.api, lines)} >= {field for _, _, field in left}
    assert told(find(session)) == {}
    policy = kubernetes.networking.read_namespaced_network_policy("librechat", LIBRECHAT)
    assert len(policy.spec.ingress) == 1
    assert kubernetes.deployment(OLLAMA, "ollama")["spec"]["replicas"] == 1


def test_settings_that_are_not_deployed_yet_are_nobodys_change(session: Session, running: Stack) -> None:
    running.change({"ollama": {"server": {"keepAlive": "7m"}}})
    key = ("Deployment", "ollama", "spec.template.spec.containers[ollama].env[OLLAMA_KEEP_ALIVE].value")
    assert told(find(session)) == {key: ("", "settings")}
    running.change({"ollama": {"server": {"keepAlive": "5m"}}})


def replicas(kubernetes: Kubernetes, namespace: str) -> int:
    return kubernetes.deployment(namespace, "librechat")["spec"]["replicas"]


def test_what_an_autoscaler_decides_is_no_drift(make_stack: MakeStack, engine: Engine, kubernetes: Kubernetes) -> None:
    shared = {"redis": {"existingSecret": "redis"}, "storage": {"accessMode": "ReadWriteMany"}}
    librechat = {**shared, "autoscaling": {"enabled": True, "minReplicas": 2, "maxReplicas": 5}}
    settings = {"namespaces": {"prefix": "scaled-"}, "ollama": {"gpu": {"count": 0}}, "librechat": librechat}
    stack = make_stack("scaled", settings)
    stack.up()
    namespace, deadline = "scaled-librechat", time.monotonic() + 60
    # The cluster's own autoscaler scales to its minimum; without metrics it does nothing more.
    while replicas(kubernetes, namespace) != 2 and time.monotonic() < deadline:
        time.sleep(1)
    assert replicas(kubernetes, namespace) == 2
    session = session_of(stack, engine)
    assert told(find(session)) == {}
    kubernetes.apps.patch_namespaced_deployment_scale(
        "librechat", namespace, {"spec": {"replicas": 4}}, field_manager="kube-controller-manager"
    )
    assert told(find(session)) == {}
    stack.up(refresh=True)
    assert replicas(kubernetes, namespace) == 4
