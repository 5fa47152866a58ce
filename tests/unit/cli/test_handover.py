"""Problems of releases recorded during their installation, and recovery from a release that Helm removed."""

from collections.abc import Mapping
from types import SimpleNamespace as Object
from typing import Any

import pytest

from cli import handover
from cli.diagnosis import Live
from cli.handover import ReleaseWatch, Server, deployment_urns, failed, restore, servers
from components.stack.settings import Settings
from tests.unit.cli.test_diagnosis import container, meta, pod, workload

SERVER = Server("ns", "ollama", "ollama-helm", 2)


def live(*containers: Object, release: str = "ollama-helm") -> Live:
    """Return a Deployment of a release with one pod."""
    deployment = workload()
    deployment.metadata = meta("web", annotations={"meta.helm.sh/release-name": release})
    other = workload()
    other.metadata = meta("other", annotations=None)
    sets = [Object(metadata=meta("web-1", "web")), Object(metadata=meta("other-1", "other"))]
    pods = [pod("web-1-a", "web-1", *containers), pod("other-1-a", "other-1", crashing())]
    return Live([("Deployment", deployment), ("Deployment", other)], sets, pods, [])


def crashing() -> Object:
    return container("web", waiting=Object(reason="CrashLoopBackOff", message="back-off 10s"))


def starting() -> Object:
    return container("web", running=Object())


EMPTY = Live([], [], [], [])


def test_why_a_pod_did_not_start_is_known_when_helm_has_taken_it_away() -> None:
    watch = ReleaseWatch([SERVER], lambda _: EMPTY)
    watch.note("ns", live(crashing()))
    watch.note("ns", live(starting()))  # it is about to crash again
    watch.note("elsewhere", EMPTY)
    watch.note("ns", EMPTY)
    [(server, problem)] = watch.removed_problems({"ollama-release"})
    assert (server, problem.reason, problem.pod) == (SERVER, "CrashLoopBackOff", "web-1-a")
    assert list(handover.describe(server, problem)) == [
        "Helm release ns/ollama-helm did not become ready, and Helm took its pods away",
        "  pod     web-1-a, container web",
        "  reason  CrashLoopBackOff: back-off 10s",
    ]


def test_nothing_is_told_of_what_is_still_there_or_did_not_fail() -> None:
    now = live(crashing())
    watch = ReleaseWatch([SERVER], lambda _: now)
    watch.note("ns", now)
    assert list(watch.removed_problems({"ollama-release"})) == [], "the diagnosis of what is there tells that"
    gone = ReleaseWatch([SERVER], lambda _: EMPTY)
    gone.note("ns", now)
    assert list(gone.removed_problems({"librechat-release"})) == []


@pytest.mark.parametrize(
    ("replicas", "scaled"),
    [
        ({"ollama": 0}, True),
        ({"ollama": 1}, False),  # it has pods, as with a shared volume
        ({}, False),  # nothing was to be replaced
        ({"ollama": 0, "ollama-helm": 1}, False),  # `atomic: false` left the release
    ],
)
def test_a_deployment_gets_its_pods_back_only_where_the_release_is_gone(
    monkeypatch: pytest.MonkeyPatch, replicas: Mapping[str, int], scaled: bool
) -> None:
    patched: list[Any] = []
    items = [Object(metadata=meta(name), spec=Object(replicas=count)) for name, count in replicas.items()]
    apps = Object(
        list_namespaced_deployment=lambda _: Object(items=items),
        patch_namespaced_deployment_scale=lambda *args: patched.append(args),
    )
    monkeypatch.setattr(handover.client, "AppsV1Api", lambda _: apps)
    assert restore(Object(), SERVER) is scaled
    assert patched == ([("ollama", "ns", {"spec": {"replicas": 2}})] if scaled else [])


def test_the_servers_that_settings_leave_to_helm() -> None:
    assert servers(Settings()) == []
    pools = {"amd": {"method": "helm", "models": ["a"]}}
    settings = Settings.model_validate({"ollama": {"pools": pools}, "librechat": {"method": "helm"}})
    assert servers(settings) == [
        Server("ollama", "ollama-amd", "ollama-amd-helm", 1),
        Server("librechat", "librechat", "librechat-helm", 1),
    ]


def test_what_failed_and_which_deployments_the_state_has() -> None:
    urn = "urn:pulumi:dev::ollama-librechat::ollama-librechat:index:Ollama$kubernetes"
    events = [
        {"resOpFailedEvent": {"metadata": {"urn": f"{urn}:helm.sh/v3:Release::ollama-release"}}},
        {"summaryEvent": {}},
    ]
    assert failed(events) == {"ollama-release"}
    resources = [
        {"type": "kubernetes:apps/v1:Deployment", "urn": f"{urn}:apps/v1:Deployment::ollama-deployment"},
        {"type": "kubernetes:apps/v1:Deployment", "urn": f"{urn}:apps/v1:Deployment::ollama-amd-deployment"},
        {"type": "kubernetes:core/v1:Service", "urn": f"{urn}:core/v1:Service::ollama-deployment"},
    ]
    assert deployment_urns({"deployment": {"resources": resources}}, [SERVER]) == [resources[0]["urn"]]
    assert deployment_urns({"deployment": None}, [SERVER]) == []
