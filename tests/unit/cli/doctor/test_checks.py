"""Each check, on facts of a cluster."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cli.doctor.checks import diagnose
from cli.doctor.diagnosis import can_succeed, diagnosis, ok
from cli.doctor.facts import DaemonSet, Facts, IngressClass, Namespace, Permission
from cli.doctor.needs import Kind, Needs
from tests.unit.cli.doctor.stacks import BLIND, GOOD, NODE, needs_of, node

GPU = {"ollama": {"gpu": {"count": 1}}}
ROUTE = {
    "librechat": {
        "exposure": {
            "type": "HTTPRoute",
            "host": "chat.example.org",
            "controller": "envoy-gateway",
            "gateway": {"name": "edge", "namespace": "gateways"},
        }
    }
}
EXISTING = {"librechat": {"admin": {"email": "a@example.org", "existingSecret": "first"}}}
ADMIN = ("Secret", "librechat", "first")
GATEWAY = ("gateways", "edge")
(FAST,) = GOOD.storage_classes or ()
OWN = {"app.kubernetes.io/part-of": "ollama-librechat"}


def bad(needs: Needs, facts: Facts) -> list[tuple[str, str]]:
    """Return level and check of every finding that is not ok."""
    return [(found.level, found.path) for found in diagnose(needs, facts) if found.level != "ok"]


@pytest.mark.parametrize("settings", [{}, GPU, {"networkPolicies": {"enabled": True}}])
def test_nothing_is_said_against_a_cluster_that_has_everything(settings: dict[str, Any]) -> None:
    assert bad(needs_of(**settings), GOOD) == []


CASES: dict[str, tuple[dict[str, Any], Facts, str, str, str]] = {
    "a kind of an add-on": (
        ROUTE,
        replace(
            GOOD,
            missing_kinds=frozenset({Kind("gateway.networking.k8s.io/v1", "HTTPRoute")}),
            gateways={GATEWAY: "envoy"},
            gateway_classes=frozenset({"envoy"}),
        ),
        "error",
        "API",
        "install the Gateway API",
    ),
    "a permission": (
        {},
        replace(GOOD, denied=[Permission("create", "", "namespaces", ""), Permission("delete", "", "namespaces", "")]),
        "error",
        "permissions",
        "may not create, delete namespaces in the cluster",
    ),
    "permissions that nobody tells": ({}, replace(GOOD, denied=None), "unknown", "permissions", "does not say"),
    "a namespace of somebody else": (
        {},
        replace(GOOD, namespaces={"ollama": Namespace({}, terminating=False)}),
        "error",
        "namespaces",
        "`namespaces.prefix`",
    ),
    "a namespace of another stack": (
        {},
        replace(GOOD, namespaces={"ollama": Namespace(OWN, terminating=False)}),
        "error",
        "namespaces",
        "did not create it",
    ),
    "a namespace and no state to look at": (
        {},
        replace(GOOD, deployed=None, namespaces={"ollama": Namespace(OWN, terminating=False)}),
        "unknown",
        "namespaces",
        "from a stack of this program",
    ),
    "a namespace on its way out": (
        {},
        replace(GOOD, deployed=frozenset({"ollama"}), namespaces={"ollama": Namespace(OWN, terminating=True)}),
        "error",
        "namespaces",
        "being deleted",
    ),
    "no Secret and no namespace for it": (EXISTING, GOOD, "error", "existing objects", "run `up` once"),
    "no Secret": (
        EXISTING,
        replace(
            GOOD,
            deployed=frozenset({"librechat"}),
            namespaces={"librechat": Namespace(OWN, terminating=False)},
        ),
        "error",
        "existing objects",
        "Secret librechat/first does not exist (keys: password)",
    ),
    "no key": (
        EXISTING,
        replace(GOOD, existing={ADMIN: frozenset({"pasword"})}),
        "error",
        "existing objects",
        "has no key password",
    ),
    "a Secret that may not be looked at": (
        EXISTING,
        replace(GOOD, existing={ADMIN: None}),
        "unknown",
        "existing objects",
        "is not allowed to read",
    ),
    "no default StorageClass": (
        {},
        replace(GOOD, storage_classes=[replace(FAST, name="slow", default=False)]),
        "error",
        "storage",
        "existing ones: slow",
    ),
    "no StorageClass of that name": (
        {"ollama": {"storage": {"storageClassName": "nvme"}}},
        GOOD,
        "error",
        "storage",
        "StorageClass nvme does not exist; existing ones: fast",
    ),
    "volumes that cannot grow": (
        {},
        replace(GOOD, storage_classes=[replace(FAST, expands=False)]),
        "warning",
        "storage",
        "does not let volumes grow",
    ),
    "two defaults": (
        {},
        replace(GOOD, storage_classes=[replace(FAST, name=name) for name in "ab"]),
        "warning",
        "storage",
        "2 default StorageClasses: a, b",
    ),
    "volumes that only root may write to": (
        {},
        replace(GOOD, storage_classes=[replace(FAST, provisioner="kubernetes.io/host-path")]),
        "warning",
        "storage",
        "its provisioner is kubernetes.io/host-path",
    ),
    "a driver that ignores fsGroup": (
        {},
        replace(GOOD, fs_group_policies={FAST.provisioner: "None"}),
        "warning",
        "storage",
        "has `fsGroupPolicy: None`",
    ),
    "drivers that may not be looked at": (
        {},
        replace(GOOD, fs_group_policies=None),
        "unknown",
        "storage",
        "may not list CSIDrivers",
    ),
    "no Ready node": ({}, node(schedulable=False), "error", "nodes", "no node takes Deployment"),
    "a taint": (
        {},
        node(taints=[{"key": "dedicated", "value": "x", "effect": "NoSchedule"}]),
        "error",
        "nodes",
        "only taints it tolerates",
    ),
    "no memory": (
        {},
        node(allocatable={"cpu": Decimal(4), "memory": Decimal(2**30)}),
        "error",
        "nodes",
        "no node has room for Deployment ollama/ollama, which asks for cpu 1, memory 4Gi",
    ),
    "no GPU": (GPU, node(allocatable=dict(list(NODE.allocatable.items())[:2])), "error", "GPUs", "0 allocatable"),
    "a GPU of another vendor": (
        {"ollama": {"gpu": {"count": 1, "vendor": "amd"}}},
        GOOD,
        "error",
        "GPUs",
        "amd.com/gpu: 1 asked for",
    ),
    "GPUs that others hold": (GPU, node(used={"nvidia.com/gpu": Decimal(2)}), "error", "GPUs", "hold 2"),
    "a CPU without AVX": (
        {},
        node(labels={"feature.node.kubernetes.io/cpu-cpuid.SSE42": "true"}),
        "error",
        "CPU",
        "no AVX on node-1",
    ),
    "one CPU without AVX": (
        {},
        replace(
            GOOD, nodes=[NODE, replace(NODE, name="old", labels={"feature.node.kubernetes.io/cpu-cpuid.SSE": "1"})]
        ),
        "warning",
        "CPU",
        "no AVX on old",
    ),
    "a CPU that nobody describes": ({}, node(labels={}), "unknown", "CPU", "do not say"),
    "no IngressClass": (
        {},
        replace(
            GOOD, ingress_classes=[IngressClass("traefik", default=True, controller="traefik.io/ingress-controller")]
        ),
        "warning",
        "exposure",
        "IngressClass nginx does not exist; existing ones: traefik",
    ),
    "no Gateway": (ROUTE, GOOD, "warning", "exposure", "Gateway gateways/edge does not exist"),
    "a Gateway without its class": (
        ROUTE,
        replace(GOOD, gateways={GATEWAY: "envoy"}),
        "warning",
        "exposure",
        "of GatewayClass envoy, which does not exist",
    ),
    "no Pod Security admission": (
        {},
        replace(GOOD, pod_security=False),
        "warning",
        "pod security",
        "--disable-admission-plugins",
    ),
    "Flannel": (
        {},
        replace(GOOD, daemon_sets=[DaemonSet("kube-flannel", "kube-flannel-ds", ())]),
        "warning",
        "network policies",
        "Flannel stores",
    ),
    "the Amazon VPC CNI without its switch": (
        {},
        replace(GOOD, daemon_sets=[DaemonSet("kube-system", "aws-node", ["--enable-network-policy=false"])]),
        "unknown",
        "network policies",
        "no network plugin that is known",
    ),
    "no NetworkPolicies": (
        {"networkPolicies": {"enabled": False}},
        GOOD,
        "warning",
        "network policies",
        "`networkPolicies.enabled: false`",
    ),
    "a registry of one's own": (
        {"imageRegistry": "mirror.example.org/hub"},
        GOOD,
        "unknown",
        "images",
        "from mirror.example.org",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_is_told_with_its_level_why_and_fix(case: str) -> None:
    settings, facts, level, check, words = CASES[case]
    found = [one for one in diagnose(needs_of(**settings), facts) if (one.level, one.path) == (level, check)]
    assert any(words in f"{one.rule}\n{one.why}\n{one.fix}" for one in found), found
    assert all(one.why and one.fix for one in found)


@pytest.mark.parametrize("case", [name for name, case in CASES.items() if case[2] in {"warning", "unknown"}])
def test_only_an_error_keeps_up_from_succeeding(case: str) -> None:
    settings, facts, *_ = CASES[case]
    assert can_succeed(diagnose(needs_of(**settings), facts))


@pytest.mark.parametrize(
    ("settings", "facts"),
    [
        (GPU, replace(GOOD, nodes=(replace(NODE, taints=[{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]), NODE))),
        (GPU, node(used=None)),
        (EXISTING, replace(GOOD, existing={ADMIN: frozenset({"password", "more"})})),
        (ROUTE, replace(GOOD, gateways={GATEWAY: "envoy"}, gateway_classes=frozenset({"envoy"}))),
        ({}, replace(GOOD, daemon_sets=[DaemonSet("kube-system", "aws-node", ["--enable-network-policy=true"])])),
        ({}, replace(GOOD, daemon_sets=(), nodes=(replace(NODE, kubelet="v1.34.1+k3s1"),))),
        ({}, replace(GOOD, deployed=frozenset({"ollama"}), namespaces={"ollama": Namespace(OWN, terminating=False)})),
        ({"imageRegistry": "mirror.example.org", "imagePullSecrets": []}, replace(GOOD, existing={})),
    ],
)
def test_what_is_there_is_no_error(settings: dict[str, Any], facts: Facts) -> None:
    assert [one for one in diagnose(needs_of(**settings), facts) if one.level in {"error", "warning"}] == []


@pytest.mark.parametrize(
    ("provisioner", "policies"),
    [
        # None of these honours fsGroup, but all of them create directories with mode 0777.
        ("k8s.io/minikube-hostpath", {}),
        ("rancher.io/local-path", {}),
        ("microk8s.io/hostpath", {}),
        ("ebs.csi.aws.com", {"ebs.csi.aws.com": "File", "another": "None"}),
        ("ebs.csi.aws.com", {"ebs.csi.aws.com": "ReadWriteOnceWithFSType"}),
    ],
)
def test_nothing_is_said_against_volumes_that_pods_can_write_to(provisioner: str, policies: dict[str, str]) -> None:
    facts = replace(GOOD, storage_classes=[replace(FAST, provisioner=provisioner)], fs_group_policies=policies)
    assert bad(needs_of(), facts) == []


def test_only_the_class_that_a_claim_gets_is_told_to_ignore_fs_group() -> None:
    other = replace(FAST, name="host", default=False, provisioner="kubernetes.io/host-path")
    facts = replace(GOOD, storage_classes=[other, FAST])
    assert bad(needs_of(), facts) == []
    (told,) = [one for one in diagnose(needs_of(ollama={"storage": {"storageClassName": "host"}}), facts) if one.fix]
    assert told.rule.startswith("the volumes of StorageClass host for ollama-data ignore `fsGroup`")


def test_a_user_who_may_look_at_nothing_is_told_what_is_unknown_and_nothing_as_missing() -> None:
    found = diagnose(needs_of(**GPU), BLIND)
    assert can_succeed(found)
    unknown = {one.path for one in found if one.level == "unknown"}
    assert unknown == {"permissions", "namespaces", "storage", "nodes", "exposure", "pod security", "network policies"}
    assert {one.path for one in found if one.level == "ok"} == {"API", "images"}


def test_an_error_keeps_up_from_succeeding() -> None:
    assert not can_succeed([ok("a", "b"), diagnosis("error", "a", "b", "c", "d")])
