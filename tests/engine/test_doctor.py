"""The doctor on a real API server: it finds what is broken, and changes nothing."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from kubernetes import client
from typer.testing import CliRunner

from cli import project
from cli.__main__ import app
from cli.doctor.diagnosis import can_succeed
from cli.doctor.examine import examine
from cli.project import StackFile
from components.settings.findings import Finding
from sandbox.cluster.cluster import Cluster
from tests.engine.stack import Kubernetes, merged, stack_config

LIBRECHAT = "doctor-librechat"
AVX = "feature.node.kubernetes.io/cpu-cpuid.AVX"


def stack(cluster: Cluster, **changes: Any) -> StackFile:
    place = {"kubeconfig": str(cluster.kubeconfig), "context": "sandbox", "namespaces": {"prefix": "doctor-"}}
    return StackFile("doctor", Path("Pulumi.doctor.yaml"), merged(stack_config("dev"), {**place, **changes}))


def told(found: list[Finding], level: str) -> str:
    return "\n".join(f"{one.path}: {one.rule}" for one in found if one.level == level)


@pytest.fixture
def namespace(kubernetes: Kubernetes) -> Iterator[str]:
    """Create LibreChat's namespace as somebody else."""
    kubernetes.core.create_namespace({"metadata": {"name": LIBRECHAT}})
    yield LIBRECHAT
    kubernetes.core.delete_namespace(LIBRECHAT)
    deadline = time.monotonic() + 60
    while LIBRECHAT in kubernetes.namespaces():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_up_can_succeed_on_the_embedded_cluster_and_nothing_is_changed(
    cluster: Cluster, kubernetes: Kubernetes
) -> None:
    before = kubernetes.namespaces()
    found = examine(stack(cluster))
    assert can_succeed(found)
    assert told(found, "error") == told(found, "warning") == ""
    fine = told(found, "ok")
    for words in (
        "cluster: context sandbox answers",
        "pod security: Pod Security admission is on",
        "storage: StorageClass standard (the default)",
        "exposure: Ingress doctor-librechat/librechat is served by IngressClass nginx",
        "GPUs: nvidia.com/gpu: 1 asked for",
        "permissions: the user may create",
    ):
        assert words in fine
    assert {one.path for one in found if one.level == "unknown"} == {"CPU", "network policies"}
    assert kubernetes.namespaces() == before


def test_what_the_settings_ask_for_in_vain(cluster: Cluster) -> None:
    changes = {
        "ollama": {"gpu": {"count": 9}, "exposure": {"className": "traefik"}, "storage": {"storageClassName": "nvme"}},
        "librechat": {
            "metrics": {"enabled": True},
            "pods": {"priorityClassName": "urgent", "nodeSelector": {"disk": "nvme"}},
        },
    }
    found = examine(stack(cluster, **changes))
    assert not can_succeed(found)
    wrong = told(found, "error")
    for words in (
        "GPUs: nvidia.com/gpu: 9 asked for",
        "storage: StorageClass nvme does not exist",
        "API: the server (Kubernetes v1.",
        "does not know ServiceMonitor of monitoring.coreos.com/v1",
        "existing objects: PriorityClass urgent does not exist",
        "nodes: no node takes Deployment doctor-librechat/librechat",
    ):
        assert words in wrong
    assert "exposure: IngressClass traefik does not exist; existing ones: nginx" in told(found, "warning")


def test_a_secret_needs_its_keys_and_its_values_are_not_kept(
    cluster: Cluster, kubernetes: Kubernetes, namespace: str
) -> None:
    file = stack(cluster, librechat={"admin": {"email": "admin@example.org", "existingSecret": "first"}})
    assert f"Secret {namespace}/first does not exist (keys: password)" in told(examine(file), "error")
    kubernetes.core.create_namespaced_secret(
        namespace, {"metadata": {"name": "first"}, "stringData": {"pw": "hunter2"}}
    )
    found = examine(file)
    assert f"Secret {namespace}/first has no key password" in told(found, "error")
    assert "hunter2" not in repr(found)
    kubernetes.core.patch_namespaced_secret("first", namespace, {"stringData": {"password": "hunter2"}})
    assert f"Secret {namespace}/first exists (keys: password)" in told(examine(file), "ok")


def test_a_namespace_of_somebody_else(cluster: Cluster, namespace: str) -> None:
    assert f"namespaces: namespace {namespace} exists, and this stack did not create it" in told(
        examine(stack(cluster)), "error"
    )


def test_no_default_storage_class(cluster: Cluster, kubernetes: Kubernetes) -> None:
    storage = client.StorageV1Api(kubernetes.api)
    key = "storageclass.kubernetes.io/is-default-class"
    storage.patch_storage_class("standard", {"metadata": {"annotations": {key: "false"}}})
    try:
        found = examine(stack(cluster))
    finally:
        storage.patch_storage_class("standard", {"metadata": {"annotations": {key: "true"}}})
    assert "storage: a default StorageClass does not exist; existing ones: standard" in told(found, "error")


def test_labels_of_nodes_and_daemon_sets_tell_what_is_else_unknown(cluster: Cluster, kubernetes: Kubernetes) -> None:
    names = [item.metadata.name for item in kubernetes.core.list_node().items]
    for name in names:
        kubernetes.core.patch_node(name, {"metadata": {"labels": {f"{AVX}2": "true"}}})
    labels = {"app": "calico-node"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "node", "image": "calico:1"}]}}
    calico = {"metadata": {"name": "calico-node"}, "spec": {"selector": {"matchLabels": labels}, "template": template}}
    kubernetes.apps.create_namespaced_daemon_set("kube-system", calico)
    try:
        found = examine(stack(cluster))
        assert "CPU: no AVX on " in told(found, "error")
        assert "network policies: enforced by Calico" in told(found, "ok")
        for name in names:
            kubernetes.core.patch_node(name, {"metadata": {"labels": {AVX: "true"}}})
        assert told(examine(stack(cluster)), "unknown") == ""
    finally:
        kubernetes.apps.delete_namespaced_daemon_set("calico-node", "kube-system")
        for name in names:
            kubernetes.core.patch_node(name, {"metadata": {"labels": {f"{AVX}2": None, AVX: None}}})


def test_a_user_with_few_rights(cluster: Cluster, kubernetes: Kubernetes, tmp_path: Path) -> None:
    account = "doctor-newcomer"
    kubernetes.core.create_namespaced_service_account("default", {"metadata": {"name": account}})
    request = {"spec": {"audiences": [], "expirationSeconds": 600}}
    token = kubernetes.core.create_namespaced_service_account_token(account, "default", request).status.token
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    document["users"] = [{"name": document["users"][0]["name"], "user": {"token": token}}]
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(yaml.safe_dump(document))
    try:
        found = examine(stack(cluster, kubeconfig=str(kubeconfig)))
    finally:
        kubernetes.core.delete_namespaced_service_account(account, "default")
    wrong = told(found, "error")
    for resource in (
        "namespaces in the cluster",
        "priorityclasses in the cluster",
        f"secrets in namespace {LIBRECHAT}",
    ):
        assert f"permissions: the user may not create, get, patch, delete {resource}" in wrong
    assert {"namespaces", "storage", "nodes", "pod security"} <= {one.path for one in found if one.level == "unknown"}
    assert token not in repr(found)


def test_the_command_says_by_its_status_whether_up_can_succeed(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project, "PROJECT", tmp_path)
    for name, context in (("good", "sandbox"), ("bad", "elsewhere")):
        settings = {**stack(cluster).config, "context": context}
        config = {f"ollama-librechat:{key}": value for key, value in settings.items()}
        (tmp_path / f"Pulumi.{name}.yaml").write_text(yaml.safe_dump({"config": config}))
    good = CliRunner().invoke(app, ["doctor", "--stack", "good"])
    assert good.exit_code == 0, good.output
    assert "`up` can succeed" in good.stdout
    bad = CliRunner().invoke(app, ["doctor", "--stack", "bad", "--json"])
    assert bad.exit_code == 1
    document = json.loads(bad.stdout)
    assert document["canSucceed"] is False
    assert [entry["check"] for entry in document["findings"]] == ["cluster"]
    assert "elsewhere" in document["findings"][0]["what"]
