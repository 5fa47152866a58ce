"""What the engine waits for, and whether it can succeed: from events and live objects to a verdict."""

from collections.abc import Mapping
from types import SimpleNamespace as Object
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import rollout
from cli.diagnosis import Live
from cli.rollout import CANNOT_START, LASTING, RESTARTS, Judge, Stuck, Target, Verdict, all_pods, stuck, under_way
from tests.unit.cli.test_diagnosis import meta

WEB, STORE = Target("Deployment", "ns", "web"), Target("StatefulSet", "ns", "store")
RELEASE = Target("Release", "ns", "chart")
URN = "urn:pulumi:dev::ollama-librechat::ollama-librechat:index:LibreChat$"

# --- Live objects as the API returns them ---


def container(name: str = "main", restarts: int = 0, *, last: int | None = None, **state: Any) -> Object:
    """last: exit code of the run before."""
    ended = None if last is None else Object(exit_code=last, reason="Error", message="")
    kinds = {"waiting": None, "terminated": None, "running": None, **state}
    return Object(name=name, restart_count=restarts, state=Object(**kinds), last_state=Object(terminated=ended))


def waiting(reason: str, restarts: int = 0, last: int | None = None) -> Object:
    return container(restarts=restarts, last=last, waiting=Object(reason=reason, message=""))


def crashing(restarts: int = RESTARTS) -> Object:
    return waiting("CrashLoopBackOff", restarts, 1)


def starting() -> Object:
    return waiting("ContainerCreating")


def pod(name: str, owner: str, *containers: Object, init: Any = None, **more: Any) -> Object:
    status = Object(init_container_statuses=init, container_statuses=list(containers) or None)
    return Object(metadata=meta(name, owner, **{"labels": None, **more}), status=status)


def deployment(name: str = "web", revision: str = "2", seen: int = 2, **annotations: str) -> tuple[str, Object]:
    found = meta(name, annotations={rollout.REVISION: revision, **annotations})
    return "Deployment", Object(metadata=found, status=Object(observed_generation=seen))


def replica_set(revision: int, owner: str = "web") -> Object:
    return Object(metadata=meta(f"{owner}-{revision}", owner, annotations={rollout.REVISION: str(revision)}))


def stateful_set(*, current: str = "b", seen: int = 2) -> tuple[str, Object]:
    return "StatefulSet", Object(
        metadata=meta("store", annotations=None), status=Object(observed_generation=seen, update_revision=current)
    )


def store_pod(*containers: Object, revision: str = "b") -> Object:
    return pod(f"store-{revision}", "store", *containers, labels={"controller-revision-hash": revision})


def live(*workloads: tuple[str, Any], sets: Any = (), pods: Any = ()) -> Live:
    return Live(list(workloads), list(sets), list(pods), [])


def web(*containers: Object, revision: int = 2, seen: int = 2) -> Live:
    """Return a Deployment at its second revision, with a pod of one of its two."""
    sets = [replica_set(1), replica_set(2)]
    return live(deployment(seen=seen), sets=sets, pods=[pod("web-a", f"web-{revision}", *containers)])


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def after(*looks: tuple[float, Live, list[Target]]) -> Verdict | None:
    """Return the last of several verdicts, each at a time in seconds."""
    clock = Clock()
    judge, verdict = Judge(clock), None
    for second, found, targets in looks:
        assert verdict is None, "said at an earlier look"
        clock.now = 1000 + second
        verdict = judge.look({"ns": found}, targets)
    return verdict


def lasting(found: Live, *targets: Target, seconds: float = LASTING) -> Verdict | None:
    """Return the verdict for a state that lasts for a while."""
    return after((0, found, list(targets)), (seconds, found, list(targets)))


# --- What the engine waits for ---


def event(kind: str, op: str, type_: str, name: str, **more: Any) -> Mapping[str, Any]:
    inputs = {"name": name, "namespace": "ns"}
    inputs = inputs if "Release" in type_ else {"metadata": inputs}
    metadata = {"op": op, "urn": f"{URN}{type_}::{name}", "type": type_, "new": {"inputs": inputs}}
    return {kind: {"metadata": metadata, **more}}


def test_the_engine_waits_for_what_it_has_begun_and_not_ended() -> None:
    events = [
        event("resourcePreEvent", "create", "kubernetes:apps/v1:Deployment", "planned", planning=True),
        event("resourcePreEvent", "refresh", "kubernetes:apps/v1:Deployment", "refreshed"),
        event("resourcePreEvent", "create", "kubernetes:batch/v1:Job", "pull"),
        event("resourcePreEvent", "create", "kubernetes:apps/v1:Deployment", "web"),
        event("resourcePreEvent", "update", "kubernetes:apps/v1:StatefulSet", "store"),
        event("resourcePreEvent", "update", "kubernetes:helm.sh/v3:Release", "chart"),
        event("resourcePreEvent", "update", "kubernetes:apps/v1:StatefulSet", "done"),
        event("resourcePreEvent", "update", "kubernetes:apps/v1:StatefulSet", "failed"),
        event("resOutputsEvent", "refresh", "kubernetes:apps/v1:Deployment", "web"),
        event("resOutputsEvent", "update", "kubernetes:apps/v1:StatefulSet", "done"),
        event("resOpFailedEvent", "update", "kubernetes:apps/v1:StatefulSet", "failed"),
        {"summaryEvent": {}},
    ]
    assert under_way(events) == [WEB, STORE, RELEASE]
    assert under_way([]) == []


# --- One pod ---


def normal_container() -> st.SearchStrategy[Object]:
    """Return a status of a container that may still become ready, whatever happened to it before."""
    reasons = st.sampled_from(["ContainerCreating", "PodInitializing", "ErrImagePull", "ImagePullBackOff", None])
    few, many, code = st.integers(0, RESTARTS - 1), st.integers(0, 50), st.one_of(st.none(), st.integers(0, 255))
    completed = Object(exit_code=0, reason="Completed", message="")
    return st.one_of(
        st.builds(waiting, reasons, many, code),
        st.builds(waiting, st.just("CrashLoopBackOff"), few, code),
        st.builds(waiting, st.just("CrashLoopBackOff"), many, st.just(0)),
        st.builds(lambda restarts, last: container(restarts=restarts, last=last, running=Object()), many, code),
        st.builds(lambda restarts: container(restarts=restarts, terminated=completed), many),
    )


@given(st.lists(normal_container(), max_size=3), st.lists(normal_container(), max_size=3))
def test_a_pod_that_may_still_start_is_never_hopeless(init: list[Object], containers: list[Object]) -> None:
    found = web(*containers)
    found.pods[0].status.init_container_statuses = init or None
    assert list(stuck(found.pods[0], {})) == []
    assert lasting(found, WEB, seconds=3600) is None


@pytest.mark.parametrize("reason", sorted(CANNOT_START))
def test_a_container_that_cannot_be_started_is_hopeless_after_its_time(reason: str) -> None:
    found, seconds = web(waiting(reason)), CANNOT_START[reason]
    assert lasting(found, WEB, seconds=seconds - 1) is None
    verdict = lasting(found, WEB, seconds=seconds)
    assert verdict == Verdict(WEB, Stuck("web-a", "web-a", "main", reason, 0), seconds)


def test_so_it_is_when_it_is_an_init_container() -> None:
    found = web(waiting("PodInitializing"))
    found.pods[0].status.init_container_statuses = [waiting("InvalidImageName")]
    assert lasting(found, WEB) is not None


@pytest.mark.parametrize("one", [crashing(), container(restarts=3, terminated=Object(exit_code=137))])
def test_a_container_that_crashes_again_and_again_is_hopeless(one: Object) -> None:
    verdict = lasting(web(one), WEB)
    assert verdict is not None
    assert verdict.stuck.reason == "CrashLoopBackOff"


def test_a_pod_that_is_being_deleted_is_no_matter() -> None:
    found = web(crashing())
    found.pods[0].metadata.deletion_timestamp = "now"
    assert lasting(found, WEB) is None


# --- Whose pods ---


@pytest.mark.parametrize(
    "found",
    [
        web(crashing(), revision=1),
        web(crashing(), seen=1),
        live(stateful_set(), pods=[store_pod(crashing(), revision="a")]),
        live(stateful_set(seen=1), pods=[store_pod(crashing())]),
        live(deployment("other"), sets=[replica_set(2, "other")], pods=[pod("a", "other-2", crashing())]),
        live(),
    ],
)
def test_pods_of_an_earlier_revision_and_of_others_are_no_matter(found: Live) -> None:
    assert lasting(found, WEB) is None
    assert lasting(found, STORE) is None


def test_pods_of_the_current_revision_are() -> None:
    assert lasting(live(stateful_set(), pods=[store_pod(crashing())]), STORE) is not None


def test_nothing_is_hopeless_that_the_engine_does_not_wait_for() -> None:
    assert lasting(web(crashing())) is None
    assert Judge().look({}, [WEB]) is None, "a namespace that is not of the stack"


def test_a_pod_that_crashed_before_the_engine_came_to_it_has_to_crash_again() -> None:
    before, again = web(crashing(7)), web(crashing(8))
    assert after((0, before, []), (2, before, [WEB]), (60, before, [WEB])) is None
    verdict = after((0, before, []), (2, before, [WEB]), (60, again, [WEB]), (75, again, [WEB]))
    assert verdict is not None
    assert verdict.seconds == 73


def test_old_pods_that_crash_until_the_update_replaces_them_do_not_stop_it() -> None:
    """Between the engine's event and its request, the old revision is still current."""
    old, new = web(crashing(8)), web(starting())
    assert after((0, web(crashing(7)), []), (2, old, [WEB]), (4, new, [WEB]), (60, new, [WEB])) is None


def test_a_container_that_starts_in_between_is_given_its_time_again() -> None:
    runs = web(container(restarts=4, last=1, running=Object()))
    assert after((0, web(crashing()), [WEB]), (10, runs, [WEB]), (20, web(crashing(4)), [WEB])) is None


# --- Several at a time ---


def both(server: Object, store: Object) -> Live:
    one = web(server)
    return live(*one.workloads, stateful_set(), sets=one.replica_sets, pods=[*one.pods, store_pod(store)])


def test_a_server_may_crash_while_its_store_is_starting() -> None:
    assert lasting(both(crashing(), starting()), WEB, STORE, seconds=300) is None
    verdict = lasting(both(starting(), crashing()), WEB, STORE)
    assert verdict is not None, "a store needs nobody"
    assert verdict.target == STORE
    assert lasting(both(waiting("InvalidImageName"), starting()), WEB, STORE) is not None, "no store helps here"


def test_once_its_store_is_there_it_has_to_crash_again() -> None:
    looks = [(0.0, both(crashing(5), starting()), [WEB, STORE]), (2.0, both(crashing(5), starting()), [WEB])]
    assert after(*looks, (40, both(crashing(5), starting()), [WEB])) is None
    crashed = both(crashing(6), starting())
    assert after(*looks, (40, crashed, [WEB]), (55, crashed, [WEB])) is not None


def chart(one: Object) -> Live:
    annotations = {"meta.helm.sh/release-name": "chart"}
    return live(deployment("made", **annotations), sets=[replica_set(2, "made")], pods=[pod("made-a", "made-2", one)])


def test_a_release_is_judged_by_the_pods_that_helm_made_for_it() -> None:
    assert [one.metadata.name for one in all_pods(chart(crashing()), RELEASE)] == ["made-a"]
    verdict = lasting(chart(crashing()), RELEASE)
    assert verdict is not None
    assert verdict.target == RELEASE
    assert lasting(chart(crashing()), Target("Release", "ns", "another")) is None


def test_a_release_that_may_become_ready_is_not_taken_away_because_of_others() -> None:
    made = chart(starting())
    found = live(
        *made.workloads,
        stateful_set(),
        sets=made.replica_sets,
        pods=[*made.pods, store_pod(crashing())],
    )
    assert lasting(found, RELEASE, STORE, seconds=60) is None
    assert lasting(found, STORE) is not None, "as soon as it is ready"


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (crashing(4), "was restarted 4 times and crashed again"),
        (waiting("InvalidImageName"), "waits: InvalidImageName"),
    ],
)
def test_a_verdict_is_told_in_a_sentence(one: Object, words: str) -> None:
    verdict = lasting(web(one), WEB)
    assert verdict is not None
    said = rollout.describe(verdict)
    assert said.startswith(
        "gave up early, after 15 s: Deployment ns/web cannot become ready, because container main of "
    )
    assert f"pod web-a {words}" in said
