"""Helm releases on a real API server: ready pods, mixed methods, a failed upgrade, a change of method."""

import base64
import gzip
import subprocess
from typing import Any

import pytest
from pulumi import automation as auto

from cli.drift.detect import OBJECT
from cli.drift.helm import deployed_record
from cli.drift.releases import release_drift, rollback_commands
from sandbox.plugins.kubernetes.helm import command
from tests.engine.conftest import MakeStack
from tests.engine.stack import PROJECT, Kubernetes, Stack

CHARTS = PROJECT / "tests" / "charts"
OLLAMA, LIBRECHAT = "helm-ollama", "helm-librechat"
RELEASES = {"ollama": (OLLAMA, "ollama-helm"), "librechat": (LIBRECHAT, "librechat-helm")}


def helm(name: str, **more: Any) -> dict[str, Any]:
    return {"method": "helm", "helm": {"chart": str(CHARTS / name)}, **more}


@pytest.fixture(scope="module")
def running(make_stack: MakeStack) -> Stack:
    """Deploy both as releases, from charts in folders."""
    stack = make_stack(
        "helm",
        {"namespaces": {"prefix": "helm-"}, "ollama": helm("ollama"), "librechat": helm("librechat")},
    )
    stack.up()
    return stack


def identities(kubernetes: Kubernetes) -> dict[str, str]:
    """Return the UIDs of objects that must never be replaced: volumes, credentials, addresses, by kind and name."""
    found: dict[str, str] = {}
    for namespace in (OLLAMA, LIBRECHAT):
        core = kubernetes.core
        lists = {
            "claim": core.list_namespaced_persistent_volume_claim(namespace),
            "service": core.list_namespaced_service(namespace),
            "secret": core.list_namespaced_secret(namespace, field_selector="type=Opaque"),
        }
        for kind, items in lists.items():
            for item in items.items:
                if not item.metadata.name.endswith("-helm"):
                    found[f"{kind} {item.metadata.name}"] = item.metadata.uid
                    if kind == "service":
                        found[f"address {item.metadata.name}"] = item.spec.cluster_ip
    return found


def ready_pods(kubernetes: Kubernetes, namespace: str, name: str) -> list[str]:
    """Return the ready pods behind a Service."""
    service = kubernetes.core.read_namespaced_service(name, namespace)
    selector = service.spec.selector.items()
    return [
        pod["metadata"]["name"]
        for pod in kubernetes.pods(namespace)
        if selector <= pod["metadata"]["labels"].items()
        and any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"]["conditions"])
    ]


def test_pods_of_releases_are_ready_behind_our_services(running: Stack, kubernetes: Kubernetes) -> None:
    for name, (namespace, release) in RELEASES.items():
        record = deployed_record(kubernetes.api, namespace, release)
        assert (record.status, record.revision) == ("deployed", 1)
        assert len(ready_pods(kubernetes, namespace, name)) == 1
        assert kubernetes.deployment(namespace, release)["status"]["readyReplicas"] == 1
        deployments = kubernetes.apps.list_namespaced_deployment(namespace).items
        assert name not in [item.metadata.name for item in deployments]
    outputs = running.automation.outputs()
    assert outputs["next_command"].value == "make login STACK=helm"
    assert outputs["ollama_url"].value == f"http://ollama.{OLLAMA}.svc.cluster.local:11434"
    assert running.steps(refresh=True) == {}


def test_models_are_pulled_by_jobs_of_ours(running: Stack, kubernetes: Kubernetes) -> None:
    jobs = kubernetes.batch.list_namespaced_job(OLLAMA).items
    assert [job.status.succeeded for job in jobs] == [1]
    assert running


def test_no_secret_is_in_helms_records_nor_in_the_state(running: Stack, kubernetes: Kubernetes) -> None:
    opaque = kubernetes.core.list_namespaced_secret(LIBRECHAT, field_selector="type=Opaque").items
    values = [base64.b64decode(value).decode() for secret in opaque for value in secret.data.values()]
    secrets = {value for value in values if len(value) >= 16 and not value.startswith("http")}
    assert len(secrets) >= 6
    for namespace, _ in RELEASES.values():
        records = kubernetes.core.list_namespaced_secret(namespace, label_selector="owner=helm").items
        texts = [gzip.decompress(base64.b64decode(base64.b64decode(found.data["release"]))) for found in records]
        assert texts
        assert [secret for secret in secrets if any(secret.encode() in text for text in texts)] == []
    assert [secret for secret in secrets if secret in running.state_text()] == []


def test_a_change_of_librechat_yaml_rolls_the_pods_of_the_release(running: Stack, kubernetes: Kubernetes) -> None:
    before = ready_pods(kubernetes, LIBRECHAT, "librechat")
    running.change({"librechat": {"endpoint": {"addParams": {"temperature": 0.2}}}})
    assert running.steps() == {"librechat-config": "update", "librechat-release": "update"}
    running.up()
    after = ready_pods(kubernetes, LIBRECHAT, "librechat")
    assert len(after) == 1
    assert set(after).isdisjoint(before)


def test_a_change_by_hand_is_drift_of_the_release(running: Stack, kubernetes: Kubernetes) -> None:
    assert release_drift(kubernetes.api, RELEASES["ollama"]) == []
    assert release_drift(kubernetes.api, RELEASES["librechat"]) == []
    kubernetes.apps.patch_namespaced_deployment_scale("ollama-helm", OLLAMA, {"spec": {"replicas": 2}})
    kubernetes.core.delete_namespaced_service("ollama-helm", OLLAMA)
    lines = release_drift(kubernetes.api, RELEASES["ollama"])
    assert [(line.kind, line.namespace, line.name, line.field, line.cause) for line in lines] == [
        ("Service", OLLAMA, "ollama-helm", OBJECT, "cluster"),
        ("Deployment", OLLAMA, "ollama-helm", "spec.replicas", "cluster"),
    ]
    assert (lines[1].wanted, lines[1].live) == (1, 2)
    assert lines[1].manager is not None
    assert (lines[1].manager.name, lines[1].manager.subresource) == ("OpenAPI-Generator", "scale")
    assert running.steps(refresh=True) == {}  # a refresh only sees Helm's record
    [way_back] = rollback_commands(kubernetes.api, lines)
    assert way_back == f"helm -n {OLLAMA} rollback ollama-helm 1"
    subprocess.run([command(), *way_back.split()[1:], "--kubeconfig", running.cluster.kubeconfig], check=True)
    assert release_drift(kubernetes.api, RELEASES["ollama"]) == []
    assert running.steps(refresh=True) == {}


def test_a_broken_upgrade_is_rolled_back_and_can_be_mended(running: Stack, kubernetes: Kubernetes) -> None:
    before = kubernetes.deployment(LIBRECHAT, "librechat-helm")["spec"]["template"]["spec"]["containers"][0]["image"]
    revision = deployed_record(kubernetes.api, LIBRECHAT, "librechat-helm").revision
    running.change({"librechat": {"image": "registry.invalid/librechat:9", "startupTimeoutSeconds": 5}})
    with pytest.raises(auto.errors.CommandError):
        running.up()
    live = kubernetes.deployment(LIBRECHAT, "librechat-helm")
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == before
    record = deployed_record(kubernetes.api, LIBRECHAT, "librechat-helm")
    assert (record.status, record.revision) == ("deployed", revision + 2)
    assert len(ready_pods(kubernetes, LIBRECHAT, "librechat")) == 1
    assert "rolled back" in "".join(running.log)
    running.change({"librechat": {"image": "", "startupTimeoutSeconds": 600}})
    assert running.steps() == {"librechat-release": "update"}
    running.up()
    assert deployed_record(kubernetes.api, LIBRECHAT, "librechat-helm").status == "deployed"


def switched(stack: Stack, kubernetes: Kubernetes, name: str, method: str) -> tuple[dict[str, str], dict[str, str]]:
    """Change a method and return the steps of the two necessary runs; check that no object with data is replaced."""
    before = identities(kubernetes)
    if method == "native":  # as after `git revert`: the chart's location is reverted with the method
        stack.write({**stack.settings, name: {k: v for k, v in stack.settings[name].items() if k not in helm(name)}})
    else:
        stack.change({name: helm(name)})
    first = stack.steps()
    stack.up()
    assert identities(kubernetes) == before
    second = stack.steps()
    stack.up()
    assert identities(kubernetes) == before
    assert stack.steps(refresh=True) == {}
    return only(first), only(second)


def only(steps: dict[str, str]) -> dict[str, str]:
    """Return the steps without those of Service and NetworkPolicies that follow the pods' labels."""
    return {
        name: step
        for name, step in steps.items()
        if not (step == "update" and name.endswith(("-service", "-network-policy")))
    }


def test_ollama_becomes_native_and_a_release_again(running: Stack, kubernetes: Kubernetes) -> None:
    first, second = switched(running, kubernetes, "ollama", "native")
    assert first == {"ollama-release": "update", "ollama-deployment": "create"}
    assert second == {"ollama-release": "delete"}
    # Native Ollama with LibreChat as a release.
    assert len(ready_pods(kubernetes, OLLAMA, "ollama")) == 1
    assert len(ready_pods(kubernetes, LIBRECHAT, "librechat")) == 1
    first, second = switched(running, kubernetes, "ollama", "helm")
    assert first == {"ollama-deployment": "update", "ollama-release": "create"}
    assert second == {"ollama-deployment": "delete"}
    assert len(ready_pods(kubernetes, OLLAMA, "ollama")) == 1


def test_librechat_becomes_native(running: Stack, kubernetes: Kubernetes) -> None:
    first, second = switched(running, kubernetes, "librechat", "native")
    assert first == {"librechat-release": "update", "librechat-deployment": "create"}
    assert second == {"librechat-release": "delete"}
    # Native LibreChat with Ollama as a release.
    assert len(ready_pods(kubernetes, LIBRECHAT, "librechat")) == 1
    assert len(ready_pods(kubernetes, OLLAMA, "ollama")) == 1
