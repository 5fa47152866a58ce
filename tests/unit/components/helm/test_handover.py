"""Change of method: what stays, what is kept until its successor is Ready, and when it is deleted."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import LibreChat, Ollama
from components.helm.handover import former_pods_name, has_former_server
from components.librechat.settings import LibreChatSettings
from components.ollama.settings import OllamaSettings
from components.stack.data.deployed import DeployedRelease, DeployedStack, from_state
from components.stack.program import former_server
from tests.reachability import matches
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
        ({"ollama-deployment": 1, "ollama-release": 1}, "helm", False),  # the second `up`, where both may have pods
        ({"ollama-deployment": 1, "ollama-release": 1}, "native", False),  # changed back before that
        ({"ollama-amd-deployment": 1}, "helm", False),  # another server
    ],
)
def test_the_other_one_is_kept_until_its_successor_has_pods(replicas: dict[str, int], method: Any, kept: bool) -> None:
    assert has_former_server(replicas, "ollama", method) is kept


def test_the_former_pods_are_those_of_the_other_method() -> None:
    assert former_pods_name("ollama", "native") == "ollama-helm"
    assert former_pods_name("ollama", "helm") == "ollama"


def test_the_number_of_pods_is_read_from_the_state() -> None:
    chain = "urn:pulumi:test::ollama-librechat::ollama-librechat:index:Ollama$kubernetes"
    found = from_state(
        {
            f"{chain}:apps/v1:Deployment::ollama-deployment": {"outputs": {"spec": {"replicas": 0.0}}},
            f"{chain}:helm.sh/v3:Release::ollama-release": {"outputs": {"values": {"replicaCount": 2.0}}},
        }
    )
    assert found.replicas == {"ollama-deployment": 0, "ollama-release": 2}


def test_of_a_release_its_chart_and_the_names_of_its_values_are_read_and_nothing_else() -> None:
    chain = "urn:pulumi:test::ollama-librechat::ollama-librechat:index:Ollama$kubernetes"
    values = {"replicaCount": 1.0, "extraEnv": [{"name": "KEY", "value": "do-not-tell"}]}
    outputs = {"chart": "./ollama.tgz", "values": values, "status": {"status": "failed"}}
    found = from_state({f"{chain}:helm.sh/v3:Release::ollama-release": {"outputs": outputs}})
    release = DeployedRelease("./ollama.tgz", frozenset({"replicaCount", "extraEnv"}))
    assert found.releases == {"ollama-release": release}
    assert found.replicas == {"ollama-release": 0}, "one that failed runs nothing"
    assert "do-not-tell" not in repr(found)


def test_a_chart_that_is_gone_is_told_before_anything_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    release = DeployedRelease("./charts/ollama.tgz", frozenset({"replicaCount"}))
    running = DeployedStack(replicas={"ollama-release": 1}, releases={"ollama-release": release})
    with pytest.raises(pulumi.RunError, match=r"ollama: .* from the chart ./charts/ollama.tgz, which is not there"):
        run(lambda: former_server(running, "ollama", "native"))
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "ollama.tgz").touch()
    kept = run(lambda: former_server(running, "ollama", "native")).result
    assert kept == {"release_values": ["replicaCount"]}
    assert run(lambda: former_server(running, "ollama", "helm")).result is None


def ollama(**more: Any) -> Recording:
    changes = more.pop("settings", {})
    settings = OllamaSettings.model_validate({"gpu": {"count": 1}, "method": more.pop("method", "native"), **changes})
    policies = {"network_policies": {"enabled": True}}
    args = programs.as_args(settings, namespace="ollama", **policies, **more)
    return run(lambda: Ollama("ollama", args) and None)


def librechat(**more: Any) -> Recording:
    changes = more.pop("settings", {})
    settings = LibreChatSettings.model_validate({"method": more.pop("method", "native"), **changes})
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
    to_helm = PROGRAMS[name](method="helm", former_server={})
    [deployment], [release] = to_helm.all("Deployment"), to_helm.all("Release")
    assert deployment.spec["replicas"] == 0
    assert "annotations" not in deployment.metadata, "nobody waits for a pod that will not come"
    assert release.inputs["values"]["replicaCount"] == 1
    assert deployment.urn in release.dependencies
    before = PROGRAMS[name]().all("Deployment")[0]
    assert {**deployment.spec, "replicas": 1} == before.spec  # nothing else of it changes
    back = PROGRAMS[name](former_server={})
    [deployment], [release] = back.all("Deployment"), back.all("Release")
    assert release.inputs["values"]["replicaCount"] == 0
    assert deployment.spec["replicas"] == 1
    assert release.urn in deployment.dependencies


TODAY = {"image": "registry.example.org/server:2", "startupTimeoutSeconds": 77}
"""Settings that were changed together with the method."""

VALUES = ("image", "nobodysValue", "replicaCount")
"""Names of values of a release that is deployed."""


def ignored(found: Resource, path: str) -> bool:
    return any(path == skipped or path.startswith(f"{skipped}.") for skipped in found.ignore_changes)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_deployment_that_is_kept_stays_as_it_is_deployed(name: str) -> None:
    program = PROGRAMS[name](method="helm", former_server={}, settings=TODAY)
    [deployment] = program.all("Deployment")
    paths = [f"metadata.{key}" for key in deployment.metadata] + [f"spec.{key}" for key in deployment.spec]
    assert {path for path in paths if not ignored(deployment, path)} == {
        "metadata.name",
        "metadata.namespace",
        "spec.replicas",
    }
    [release] = program.all("Release")
    assert release.ignore_changes == ()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_release_that_is_kept_stays_as_it_is_deployed(name: str) -> None:
    program = PROGRAMS[name](former_server={"release_values": VALUES}, settings=TODAY)
    [release] = program.all("Release")
    values = {f'values["{key}"]' for key in {*release.inputs["values"], *VALUES} - {"replicaCount"}}
    inputs = {"chart", "version", "repositoryOpts", "atomic", "cleanupOnFail", "maxHistory", "timeout"}
    assert set(release.ignore_changes) == values | inputs
    assert set(release.inputs) - inputs == {"name", "namespace", "values", "compat"}
    [deployment] = program.all("Deployment")
    assert deployment.ignore_changes == ()


@pytest.mark.parametrize("method", ["native", "helm"])
def test_where_old_and_new_pods_run_side_by_side_the_old_ones_stay(method: str) -> None:
    shared = {"storage": {"accessMode": "ReadWriteMany"}}
    program = librechat(method=method, former_server={"release_values": VALUES}, settings=shared)
    [deployment], [release] = program.all("Deployment"), program.all("Release")
    if method == "helm":
        assert set(deployment.ignore_changes) == {"metadata", "spec"}
    else:
        assert 'values["replicaCount"]' in release.ignore_changes
    alone = ollama(method=method, former_server={}, settings={"replicas": 2, **shared})
    assert "spec" not in alone.all("Deployment")[0].ignore_changes, "pods with a GPU never do"


@pytest.mark.parametrize("method", ["native", "helm"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_the_service_moves_when_the_new_server_is_ready_and_policies_know_both(name: str, method: str) -> None:
    program = PROGRAMS[name](method=method, former_server={})
    [server] = program.all("Release" if method == "helm" else "Deployment")
    [service] = program.all("Service")
    assert server.urn in service.dependencies
    new = f"{name}-helm" if method == "helm" else name
    assert service.spec["selector"]["app.kubernetes.io/name"] == new
    [policy] = [found for found in program.all("NetworkPolicy") if found.object_name == name]
    for pods in (name, f"{name}-helm"):
        labels = {"app.kubernetes.io/name": pods, "app.kubernetes.io/part-of": "ollama-librechat"}
        assert matches(policy.spec["podSelector"], labels)
    assert not matches(policy.spec["podSelector"], {**labels, "app.kubernetes.io/name": "another"})
    [settled] = [found for found in PROGRAMS[name](method=method).all("Service") if found.object_name == name]
    assert not any(urn.endswith(("-deployment", "-release")) for urn in settled.dependencies)
