"""Security on a real API server: Pod Security, NetworkPolicies, quotas, service accounts."""

import copy
from typing import Any

import pytest
from kubernetes import client

from components.settings.quantities import parse_quantity
from tests.engine.conftest import MakeStack
from tests.engine.stack import Kubernetes, Stack
from tests.expected_flows import TABLE, expected, namespaces, strangers
from tests.reachability import reachable

NAMESPACES = ("ollama", "librechat")
PROBED = ("pods", "secrets", "configmaps", "services", "namespaces", "nodes")


@pytest.fixture(scope="module")
def locked(make_stack: MakeStack) -> Stack:
    """Deploy a stack with every kind of pod."""
    stack = make_stack(
        "locked",
        {
            "namespaces": {"operatorGroup": "sre"},
            "ollama": {
                "customModels": [{"name": "support:v1", "modelfile": "FROM llama2"}],
                "pruneModels": True,
                "exposure": {"token": {"enabled": True}},
                "pools": {"small": {"models": ["tinyllama:1.1b"]}},
            },
            "librechat": {
                "metrics": {"enabled": True, "serviceMonitor": False},
                "admin": {"email": "admin@example.org", "existingSecret": "first-admin"},
            },
        },
    )
    stack.up()
    return stack


def templates(kubernetes: Kubernetes, namespace: str) -> dict[str, dict[str, Any]]:
    """Return the pod templates of all workloads in a namespace, by kind and name."""
    lists = (
        kubernetes.apps.list_namespaced_deployment(namespace),
        kubernetes.apps.list_namespaced_stateful_set(namespace),
        kubernetes.batch.list_namespaced_job(namespace),
    )
    items = [kubernetes.plain(item) for found in lists for item in found.items]
    return {item["metadata"]["name"]: item["spec"]["template"] for item in items}


def warned(kubernetes: Kubernetes, namespace: str, name: str, template: dict[str, Any]) -> str:
    """Return the API server's warnings for a pod of this template; the pod is not created."""
    labels = {key: text for key, text in template["metadata"]["labels"].items() if "batch" not in key}
    spec = copy.deepcopy(template["spec"])
    for container in spec["containers"]:
        # The only GPU of the quota is in use; Pod Security does not check it.
        for amounts in container["resources"].values():
            amounts.pop("nvidia.com/gpu", None)
    pod = {"metadata": {"generateName": f"{name}-", "labels": labels}, "spec": spec}
    _, _, headers = kubernetes.core.create_namespaced_pod_with_http_info(namespace, pod, dry_run="All")
    return str(headers.get("Warning", ""))


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_every_pod_is_admitted_without_a_warning(locked: Stack, kubernetes: Kubernetes, namespace: str) -> None:
    del locked
    found = templates(kubernetes, namespace)
    assert len(found) >= 2
    assert {name: warned(kubernetes, namespace, name, own) for name, own in found.items()} == dict.fromkeys(found, "")


def test_a_pod_that_asks_for_more_is_refused(locked: Stack, kubernetes: Kubernetes) -> None:
    """The admission is active: the same pod as root is refused."""
    del locked
    template = copy.deepcopy(templates(kubernetes, "ollama")["ollama"])
    template["spec"]["securityContext"].update(runAsNonRoot=False, runAsUser=0)
    with pytest.raises(client.ApiException) as refused:
        warned(kubernetes, "ollama", "root", template)
    assert refused.value.status == 403
    assert "restricted" in refused.value.body


def test_exactly_the_flows_of_the_table(locked: Stack, kubernetes: Kubernetes) -> None:
    del locked
    policies = [
        kubernetes.plain(item)
        for namespace in NAMESPACES
        for item in kubernetes.networking.list_namespaced_network_policy(namespace).items
    ]
    # The addresses of simulated pods say nothing about those of a real cluster.
    own = [
        {**pod, "status": {}}
        for namespace in NAMESPACES
        for item in kubernetes.core.list_namespaced_pod(namespace).items
        if "deletionTimestamp" not in (pod := kubernetes.plain(item))["metadata"]
    ]
    assert len(own) >= 11
    everybody = [*own, *strangers()]
    spaces = namespaces(pod["metadata"]["namespace"] for pod in everybody)
    table = {
        *TABLE,
        ("ingress", "ollama-auth", 8080),
        ("ollama-auth", "ollama", 11434),
        ("librechat", "ollama-small", 11434),
        ("ollama-small-model-pull", "ollama-small", 11434),
        ("prometheus", "librechat", 3080),
    }
    assert reachable(policies, everybody, spaces) == expected(own, table)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_the_quota_has_room_for_everything_once_more(locked: Stack, kubernetes: Kubernetes, namespace: str) -> None:
    del locked
    status = kubernetes.core.read_namespaced_resource_quota("quota", namespace).status
    hard = {key: amount(text) for key, text in status.hard.items()}
    used = {key: amount(text) for key, text in status.used.items()}
    assert used["pods"] >= 1
    for key in ("pods", "requests.cpu", "requests.memory"):
        assert 2 * used[key] <= hard[key], key
    assert all(used[key] <= hard[key] for key in hard)
    assert not [
        item.message
        for item in kubernetes.core.list_namespaced_event(namespace).items
        if item.reason == "FailedCreate" and "quota" in (item.message or "")
    ]


def amount(text: str) -> float:
    """Return a quantity as a number."""
    return float(parse_quantity(text))


def test_the_quota_gives_the_gpu_once(locked: Stack, kubernetes: Kubernetes) -> None:
    del locked
    template = templates(kubernetes, "ollama")["ollama"]
    pod = {"metadata": {"generateName": "second-"}, "spec": template["spec"]}
    with pytest.raises(client.ApiException) as refused:
        kubernetes.core.create_namespaced_pod("ollama", pod, dry_run="All")
    assert "exceeded quota" in refused.value.body


def test_the_quota_refuses_a_service_that_opens_a_port_of_the_nodes(locked: Stack, kubernetes: Kubernetes) -> None:
    del locked
    service = {"metadata": {"name": "open"}, "spec": {"type": "NodePort", "ports": [{"port": 11434}]}}
    with pytest.raises(client.ApiException) as refused:
        kubernetes.core.create_namespaced_service("ollama", service, dry_run="All")
    assert refused.value.status == 403


def allowed(kubernetes: Kubernetes, user: str, groups: list[str], namespace: str, verb: str, resource: str) -> bool:  # noqa: PLR0917
    """Return whether the API server permits a user to do something."""
    review = {
        "spec": {
            "user": user,
            "groups": groups,
            "resourceAttributes": {"namespace": namespace, "verb": verb, "resource": resource},
        }
    }
    answer = client.AuthorizationV1Api(kubernetes.api).create_subject_access_review(review)
    return bool(answer.status.allowed)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_service_accounts_may_nothing_and_have_no_token(locked: Stack, kubernetes: Kubernetes, namespace: str) -> None:
    del locked
    accounts = {own["spec"]["serviceAccountName"] for own in templates(kubernetes, namespace).values()}
    assert accounts
    assert "default" not in accounts
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]
    for account in accounts:
        user = f"system:serviceaccount:{namespace}:{account}"
        rights = [r for r in PROBED if allowed(kubernetes, user, groups, namespace, "list", r)]
        assert rights == [], user
    for pod in kubernetes.pods(namespace):
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert not any("projected" in volume for volume in pod["spec"]["volumes"])


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_operators_read_all_but_secrets(locked: Stack, kubernetes: Kubernetes, namespace: str) -> None:
    del locked
    groups = ["sre", "system:authenticated"]
    assert allowed(kubernetes, "ada", groups, namespace, "list", "pods")
    assert not allowed(kubernetes, "ada", ["system:authenticated"], namespace, "list", "pods")
    for verb, resource in (("list", "secrets"), ("get", "secrets"), ("delete", "pods"), ("create", "pods")):
        assert not allowed(kubernetes, "ada", groups, namespace, verb, resource)


def test_who_holds_the_gpu_has_the_priority(locked: Stack, kubernetes: Kubernetes) -> None:
    del locked
    pod = next(p for p in kubernetes.pods("ollama") if p["metadata"]["labels"]["app.kubernetes.io/name"] == "ollama")
    assert pod["spec"]["priorityClassName"] == "ollama-gpu"
    assert pod["spec"]["priority"] > 0
    assert pod["spec"]["preemptionPolicy"] == "Never"
