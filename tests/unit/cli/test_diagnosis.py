"""Why a rollout is stuck: from live objects to object, pod, container, reason and the command to see more."""

from pathlib import Path
from types import SimpleNamespace as Object
from typing import Any

import pytest

from cli.diagnosis import Live, Problem, describe, diagnose
from cli.project import StackFile


def meta(name: str, *owners: str, **more: Any) -> Object:
    references = [Object(uid=uid) for uid in owners]
    values = {"namespace": "ns", "uid": name, "generation": 2, "deletion_timestamp": None, "creation_timestamp": "1"}
    return Object(name=name, owner_references=references or None, **{**values, **more})


def condition(kind: str, status: str = "True", reason: str = "", message: str = "") -> Object:
    return Object(type=kind, status=status, reason=reason, message=message)


def workload(*, ready: int = 0, replicas: int | None = 1, seen: int = 2, conditions: Any = ()) -> Any:
    status = Object(
        observed_generation=seen,
        replicas=ready,
        ready_replicas=ready,
        updated_replicas=ready,
        conditions=list(conditions) or None,
    )
    return Object(metadata=meta("web"), spec=Object(replicas=replicas), status=status)


def job(*conditions: Any) -> Any:
    return Object(metadata=meta("pull"), status=Object(conditions=list(conditions)))


def container(name: str, *, ready: bool = False, last: Object | None = None, **state: Any) -> Object:
    kinds = {"waiting": None, "terminated": None, "running": None, **state}
    return Object(name=name, ready=ready, restart_count=0, state=Object(**kinds), last_state=Object(terminated=last))


def pod(name: str, owner: str, *containers: Object, conditions: Any = (), **more: Any) -> Object:
    status = Object(
        phase=more.pop("phase", "Running"),
        init_container_statuses=more.pop("init", None),
        container_statuses=list(containers) or None,
        conditions=list(conditions),
    )
    return Object(metadata=meta(name, owner, **more), status=status)


def event(about: str, reason: str, message: str, at: str = "2026-11-23", kind: str = "Pod") -> Object:
    return Object(
        involved_object=Object(uid=about, kind=kind, name=about),
        type="Warning",
        reason=reason,
        message=message,
        last_timestamp=at,
        event_time=None,
        metadata=meta("e"),
    )


def live(*workloads: Any, sets: Any = (), pods: Any = (), events: Any = ()) -> Live:
    return Live(list(workloads), list(sets), list(pods), list(events))


def only(found: Live) -> Problem:
    (problem,) = diagnose(found)
    return problem


def pulling(reason: str = "ImagePullBackOff") -> Object:
    return container("web", waiting=Object(reason=reason, message="Back-off"))


def test_the_pod_of_a_deployment_is_found_by_its_replica_set() -> None:
    replica_set = Object(metadata=meta("web-1", "web"))
    other = pod("other-1", "other", pulling())
    found = only(live(("Deployment", workload()), sets=[replica_set], pods=[other, pod("web-1-a", "web-1", pulling())]))
    assert (found.kind, found.namespace, found.name) == ("Deployment", "ns", "web")
    assert (found.pod, found.container) == ("web-1-a", "web")
    assert (found.reason, found.message) == ("ImagePullBackOff", "Back-off")
    assert found.command == ("describe", "pod/web-1-a")


@pytest.mark.parametrize("reason", ["CrashLoopBackOff", "OOMKilled", "Error"])
def test_a_crash_is_looked_up_in_the_log_of_the_last_run(reason: str) -> None:
    found = only(live(("StatefulSet", workload()), pods=[pod("web-0", "web", pulling(reason))]))
    assert found.command == ("logs", "web-0", "-c", "web", "--previous")


def test_the_first_container_that_waits_is_the_cause() -> None:
    init = [container("wait-for-mongodb", terminated=Object(exit_code=1, reason="Error", message="no route"))]
    found = only(live(("StatefulSet", workload()), pods=[pod("web-0", "web", pulling(), init=init)]))
    assert (found.container, found.message) == ("wait-for-mongodb", "no route")


def test_a_pod_that_is_not_ready_tells_what_its_probe_said_last() -> None:
    containers = [container("proxy", ready=True, running=Object()), container("web", running=Object())]
    events = [event("web-0", "Unhealthy", "new", "2026-11-24"), event("web-0", "Unhealthy", "old")]
    found = only(live(("StatefulSet", workload()), pods=[pod("web-0", "web", *containers)], events=events))
    assert (found.container, found.reason, found.message) == ("web", "NotReady", "new")
    assert found.command == ("logs", "web-0", "-c", "web")


def test_a_pod_that_is_not_ready_without_an_event() -> None:
    found = only(live(("StatefulSet", workload()), pods=[pod("web-0", "web", container("web", running=Object()))]))
    assert "readiness probe" in found.message


def test_a_pod_without_a_node() -> None:
    unscheduled = condition("PodScheduled", "False", "Unschedulable", "Insufficient nvidia.com/gpu")
    found = only(live(("StatefulSet", workload()), pods=[pod("web-0", "web", conditions=[unscheduled])]))
    assert (found.pod, found.container, found.reason) == ("web-0", "", "Unschedulable")


QUOTA = 'pods "web-1" is forbidden: exceeded quota: quota, requested: pods=1, used: pods=3, limited: pods=3'


def test_a_quota_that_keeps_a_deployment_from_its_pods() -> None:
    failure = condition("ReplicaFailure", "True", "FailedCreate", QUOTA)
    found = only(live(("Deployment", workload(conditions=[failure]))))
    assert (found.pod, found.reason, found.message) == ("", "FailedCreate", QUOTA)
    assert found.command == ("describe", "quota")


@pytest.mark.parametrize("kind", ["StatefulSet", "Job"])
def test_other_objects_tell_by_events_why_they_have_no_pods(kind: str) -> None:
    item = workload() if kind == "StatefulSet" else job()
    name = item.metadata.name
    found = only(live((kind, item), events=[event(name, "FailedCreate", "violates PodSecurity")]))
    assert (found.reason, found.message) == ("FailedCreate", "violates PodSecurity")
    assert found.command == ("describe", f"{kind.lower()}/{name}")


def test_a_job_that_gave_up() -> None:
    found = only(live(("Job", job(condition("Failed", "True", "BackoffLimitExceeded", "4 times")))))
    assert (found.reason, found.message) == ("BackoffLimitExceeded", "4 times")


@pytest.mark.parametrize(("name", "pod_name"), [("pull", "pull-x7k2p"), ("p" * 60, f"{'p' * 58}x7k2p")])
def test_a_job_at_its_deadline_tells_what_its_pod_waited_for(name: str, pod_name: str) -> None:
    """The Job then deletes its pods, which waited for example for a missing Secret."""
    given_up = job(condition("Failed", "True", "DeadlineExceeded", "longer than specified deadline"))
    given_up.metadata.name = name
    normal = event(pod_name, "Pulled", "Container image already present", "2026-11-25")
    normal.type = "Normal"
    events = [
        event(pod_name, "Failed", 'Error: secret "first-admin" not found', "2026-11-24"),
        event(pod_name, "FailedScheduling", "no node", "2026-11-23"),
        event(f"{pod_name[:-6]}er-abcde", "Failed", "of another Job", "2026-11-25"),
        event(pod_name, "Failed", "no pod", "2026-11-25", kind="Job"),
        normal,
    ]
    found = only(live(("Job", given_up), events=events))
    assert found.message == 'longer than specified deadline; its pod: Error: secret "first-admin" not found'


@pytest.mark.parametrize(
    "found",
    [
        live(("Deployment", workload(ready=1)), pods=[pod("a", "web", pulling())]),
        live(("Deployment", workload(replicas=0))),
        live(("Job", job(condition("Complete"))), pods=[pod("a", "pull", pulling())]),
        live(("Job", job()), pods=[pod("a", "pull", phase="Succeeded")]),
        live(("Deployment", workload()), pods=[pod("a", "web", pulling("ContainerCreating"))]),
        live(("Deployment", workload()), pods=[pod("a", "web", pulling(), deletion_timestamp="now")]),
        live(("Deployment", workload()), pods=[pod("a", "web", conditions=[condition("Ready")])]),
    ],
)
def test_what_is_ready_or_on_its_way_is_no_problem(found: Live) -> None:
    assert list(diagnose(found)) == []


def test_the_status_of_an_older_generation_says_nothing() -> None:
    item = workload(ready=1, seen=1)
    assert only(live(("StatefulSet", item), pods=[pod("web-0", "web", pulling())])).pod == "web-0"


def test_a_problem_is_told_with_the_command_for_its_cluster() -> None:
    stack = StackFile("dev", Path("Pulumi.dev.yaml"), {"context": "mini kube", "kubeconfig": "~/a"})
    full = Problem("Deployment", "ns", "web", "web-1", "web", "Error", "boom", ("logs", "web-1"))
    bare = Problem("Job", "ns", "pull", "", "", "FailedCreate", "", ("describe", "job/pull"))
    assert list(describe([full, bare], stack)) == [
        "Deployment ns/web is not ready",
        "  pod     web-1, container web",
        "  reason  Error: boom",
        "  look    kubectl --kubeconfig '~/a' --context 'mini kube' -n ns logs web-1",
        "Job ns/pull is not ready",
        "  reason  FailedCreate",
        "  look    kubectl --kubeconfig '~/a' --context 'mini kube' -n ns describe job/pull",
    ]


def test_an_old_pod_that_serves_does_not_hide_a_new_one_that_hangs() -> None:
    item = workload(ready=1)
    item.status.replicas = 2
    assert only(live(("StatefulSet", item), pods=[pod("web-1", "web", pulling())])).pod == "web-1"


def test_a_crash_is_told_with_the_end_of_its_log() -> None:
    log = "\n".join(f"line {number}" for number in range(20))
    last = Object(exit_code=1, reason="Error", message=f"{log}\n")
    waiting = Object(reason="CrashLoopBackOff", message="back-off 2m40s restarting failed container")
    crashed = container("web", last=last, waiting=waiting)
    found = only(live(("StatefulSet", workload()), pods=[pod("web-0", "web", crashed)]))
    said = list(describe([found], StackFile("dev", Path("Pulumi.dev.yaml"), {})))
    assert said[2] == "  reason  CrashLoopBackOff: back-off 2m40s restarting failed container"
    assert said[3:-1] == [f"          line {number}" for number in range(10, 20)]


def test_the_last_words_of_a_run_that_ended_well_are_no_reason() -> None:
    last = Object(exit_code=0, reason="Completed", message="bye")
    waiting = Object(reason="CrashLoopBackOff", message="")
    crashed = container("web", last=last, waiting=waiting)
    assert only(live(("StatefulSet", workload()), pods=[pod("web-0", "web", crashed)])).last_words == ""


def test_a_job_is_told_once_by_its_last_pod() -> None:
    tries = [
        pod(
            f"pull-{number}",
            "pull",
            container("pull", terminated=Object(exit_code=1, reason="Error", message="no")),
            creation_timestamp=f"2026-11-24T00:0{number}",
        )
        for number in (0, 5, 3)
    ]
    assert only(live(("Job", job(condition("Failed", "True", "BackoffLimitExceeded"))), pods=tries)).pod == "pull-5"
