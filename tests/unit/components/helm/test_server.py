"""From one method to the other: what stays, what is kept without pods, and when it goes."""

from typing import Any

import pytest

from components import LibreChat, Ollama
from components.helm.server import hands_over
from components.librechat.settings import LibreChatSettings
from components.ollama.settings import OllamaSettings
from components.stack.data.deployed import from_state
from tests.unit import programs
from tests.unit.programs import CONNECTED
from tests.unit.recording import Recording, Resource, run

KEPT = {
    "PersistentVolumeClaim",
    "Secret",
    "ConfigMap",
    "Service",
    "ServiceAccount",
    "Ingress",
    "Job",
    "RandomPassword",
    "NetworkPolicy",
}
SELECTING = {"Service", "NetworkPolicy"}


@pytest.mark.parametrize(
    ("replicas", "method", "kept"),
    [
        ({}, "helm", False),  # nothing is deployed
        ({"ollama-release": 1}, "helm", False),  # it is the one already
        ({"ollama-deployment": 1}, "helm", True),  # the first `up` after the change
        ({"ollama-deployment": 0}, "helm", True),  # the release failed and was removed
        ({"ollama-deployment": 0, "ollama-release": 1}, "helm", False),  # the second `up`
        ({"ollama-deployment": 1, "ollama-release": 0}, "helm", True),  # changed back and forth
        ({"ollama-deployment": 0, "ollama-release": 1}, "native", True),  # changed back before the second `up`
        ({"ollama-release": 1}, "native", True),
        ({"ollama-deployment": 1, "ollama-release": 0}, "native", False),
        ({"ollama-amd-deployment": 1}, "helm", False),  # another server
    ],
)
def test_the_other_one_is_kept_until_its_successor_has_pods(replicas: dict[str, int], method: Any, kept: bool) -> None:
    assert hands_over(replicas, "ollama", method) is kept


def test_the_number_of_pods_is_read_from_the_state() -> None:
    chain = "urn:pulumi:test::ollama-librechat::ollama-librechat:index:Ollama$kubernetes"
    found = from_state(
        {
            f"{chain}:apps/v1:Deployment::ollama-deployment": {"outputs": {"spec": {"replicas": 0.0}}},
            f"{chain}:helm.sh/v3:Release::ollama-release": {"outputs": {"values": {"replicaCount": 2.0}}},
        }
    )
    assert found.replicas == {"ollama-deployment": 0, "ollama-release": 2}


def ollama(**more: Any) -> Recording:
    settings = OllamaSettings.model_validate({"gpu": {"count": 1}, "method": more.pop("method", "native")})
    policies = {"network_policies": {"enabled": True}}
    args = programs.as_args(settings, namespace="ollama", **policies, **more)
    return run(lambda: Ollama("ollama", args) and None)


def librechat(**more: Any) -> Recording:
    settings = LibreChatSettings.model_validate({"method": more.pop("method", "native")})
    args = programs.as_args(settings, **CONNECTED, network_policies={"enabled": True}, **more)
    return run(lambda: LibreChat("librechat", args) and None)


PROGRAMS = {"ollama": ollama, "librechat": librechat}


def kept(program: Recording) -> dict[str, Resource]:
    return {found.urn: found for found in program.resources if found.kind in KEPT}


@pytest.mark.parametrize("name", PROGRAMS)
def test_everything_but_the_server_is_the_same_object_with_either_method(name: str) -> None:
    native, helm = kept(PROGRAMS[name]()), kept(PROGRAMS[name](method="helm"))
    assert set(native) == set(helm)
    changed = {found.kind for urn, found in native.items() if found.inputs != helm[urn].inputs}
    assert changed <= SELECTING
    for urn, found in native.items():
        assert found.metadata.get("name") == helm[urn].metadata.get("name")
        if found.kind == "Service":
            assert found.spec["selector"]["app.kubernetes.io/name"] == name
            assert helm[urn].spec["selector"]["app.kubernetes.io/name"] == f"{name}-helm"
            assert {**found.spec, "selector": {}} == {**helm[urn].spec, "selector": {}}


@pytest.mark.parametrize("name", PROGRAMS)
def test_only_one_of_them_runs_the_server(name: str) -> None:
    native, helm = PROGRAMS[name](), PROGRAMS[name](method="helm")
    assert [found.object_name for found in native.all("Deployment")] == [name]
    assert native.all("Release") == []
    assert helm.all("Deployment") == []
    assert [found.inputs["name"] for found in helm.all("Release")] == [f"{name}-helm"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_while_it_is_handed_over_the_old_one_has_no_pods_and_comes_first(name: str) -> None:
    to_helm = PROGRAMS[name](method="helm", handing_over=True)
    [deployment], [release] = to_helm.all("Deployment"), to_helm.all("Release")
    assert deployment.spec["replicas"] == 0
    assert "annotations" not in deployment.metadata, "nobody waits for a pod that will not come"
    assert release.inputs["values"]["replicaCount"] == 1
    assert deployment.urn in release.dependencies
    before = PROGRAMS[name]().all("Deployment")[0]
    assert {**deployment.spec, "replicas": 1} == before.spec  # nothing else of it changes
    back = PROGRAMS[name](handing_over=True)
    [deployment], [release] = back.all("Deployment"), back.all("Release")
    assert release.inputs["values"]["replicaCount"] == 0
    assert deployment.spec["replicas"] == 1
    assert release.urn in deployment.dependencies
