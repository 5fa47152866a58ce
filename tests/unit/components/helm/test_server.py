"""What runs a server: a Deployment or a release, one after the other where the method changes."""

from typing import Any

import pytest

from components.helm.handover import FormerServer
from components.helm.server import ServerPods, Strategy, run_server
from components.helm.settings import Method
from tests.unit.components.helm import servers
from tests.unit.recording import Recording, run


def started(method: Method, pods: ServerPods, former: FormerServer | None = None) -> Recording:
    return run(lambda: run_server(servers.workload(), method, pods, servers.release(), former) and None)


@pytest.mark.parametrize(
    ("strategy", "overlaps", "spec"),
    [
        (servers.RECREATE, False, {"type": "Recreate"}),
        (
            servers.SURGE,
            True,
            {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}},
        ),
        (
            Strategy(type="RollingUpdate", max_unavailable=1),
            False,
            {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 1, "max_surge": 0}},
        ),
    ],
)
def test_pods_overlap_only_if_they_surge(strategy: Strategy, overlaps: bool, spec: dict[str, Any]) -> None:
    assert strategy.overlaps is overlaps
    assert strategy.spec() == spec


def test_a_deployment_runs_the_pods() -> None:
    program = started("native", servers.pods(servers.SURGE, replicas=3))
    [deployment] = program.all("Deployment")
    assert program.all("Release") == []
    assert deployment.object_name == "echo"
    assert deployment.spec["replicas"] == 3
    assert deployment.spec["progressDeadlineSeconds"] == 90
    assert deployment.timeouts == {"create": "90s", "update": "90s"}
    assert deployment.spec["template"]["spec"]["containers"][0]["image"] == "echo:1"


def test_a_release_runs_the_pods() -> None:
    program = started("helm", servers.pods(replicas=3))
    [release] = program.all("Release")
    assert program.all("Deployment") == []
    assert release.inputs["values"]["replicaCount"] == 3
    assert release.inputs["timeout"] == 90


def test_the_number_of_pods_is_left_to_an_autoscaler() -> None:
    [deployment] = started("native", servers.pods(replicas=3, autoscaled=True)).all("Deployment")
    assert deployment.spec.get("replicas") is None


@pytest.mark.parametrize(
    ("strategy", "replicas", "waits"),
    [(servers.RECREATE, 1, True), (servers.RECREATE, 2, False), (servers.SURGE, 1, False)],
)
def test_only_a_single_pod_that_is_recreated_is_waited_for(strategy: Strategy, replicas: int, waits: bool) -> None:
    [deployment] = started("native", servers.pods(strategy, replicas=replicas)).all("Deployment")
    assert ("annotations" in deployment.metadata) is waits


@pytest.mark.parametrize("method", ["native", "helm"])
def test_the_former_server_is_kept_and_comes_first(method: Method) -> None:
    program = started(method, servers.pods(), {"release_values": ["image", "replicaCount"]})
    [deployment], [release] = program.all("Deployment"), program.all("Release")
    new, former = (release, deployment) if method == "helm" else (deployment, release)
    assert former.urn in new.dependencies
    assert new.ignore_changes == ()
    assert former.ignore_changes
    assert not {"spec.replicas", "spec", 'values["replicaCount"]'} & set(former.ignore_changes), "it is scaled to zero"


@pytest.mark.parametrize("method", ["native", "helm"])
def test_the_former_server_keeps_its_pods_where_both_can_run(method: Method) -> None:
    program = started(method, servers.pods(servers.SURGE), {"release_values": ["image", "replicaCount"]})
    [former] = program.all("Deployment" if method == "helm" else "Release")
    assert {"spec", 'values["replicaCount"]'} & set(former.ignore_changes)
