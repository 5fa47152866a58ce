"""Rollouts that cannot succeed: what the engine waits for, and whether its pods can ever start.

The engine waits `startupTimeoutSeconds` whatever happens to a pod. But a pod that keeps crashing after two seconds
will not recover, and a Secret that has been missing for a minute will not appear.
"""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cli.data import mapping, sequence
from cli.diagnosis import Live, of_release, owned, owners

OPERATIONS = frozenset({"create", "create-replacement", "update"})
"""Steps in which the engine waits until an object is ready."""

KINDS = {
    "kubernetes:apps/v1:Deployment": "Deployment",
    "kubernetes:apps/v1:StatefulSet": "StatefulSet",
    "kubernetes:helm.sh/v3:Release": "Release",
}
"""Types of the engine that have pods. Jobs are left out: they have their own retry limit."""

LASTING = 15.0
"""Seconds that a hopeless state must last, because the engine may be about to change it."""

CANNOT_START: Mapping[str, float] = {
    # A controller may be about to create the missing Secret or ConfigMap.
    "CreateContainerConfigError": 60.0,
    "InvalidImageName": LASTING,
    "ErrImageNeverPull": LASTING,
}
"""Reasons that prevent a container's first run, and the seconds after which they count.

ErrImagePull and ImagePullBackOff are left out: the error of a registry that is unreachable or limits its clients
cannot be distinguished from that of a missing image.
"""

CRASH = "CrashLoopBackOff"

RESTARTS = 3
"""Restarts after which another crash is considered permanent, about 30 s after the first."""

REVISION = "deployment.kubernetes.io/revision"
"""Annotation with the same value on a Deployment and its current ReplicaSet."""


@dataclass(frozen=True)
class Target:
    """An object that the engine waits for: kind, namespace and name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True)
class Stuck:
    """A container that cannot start.

    Attributes:
        uid: UID of the pod.
        pod: Name of the pod.
        container: Name of the container.
        reason: Kubernetes' reason.
        restarts: Number of restarts.
    """

    uid: str
    pod: str
    container: str
    reason: str
    restarts: int


@dataclass(frozen=True)
class Verdict:
    """Why waiting for an object is pointless.

    Attributes:
        seconds: How long the engine has waited.
    """

    target: Target
    stuck: Stuck
    seconds: float


def under_way(events: Iterable[Mapping[str, Any]]) -> list[Target]:
    """Return the objects that the engine waits for: their step has started and not ended."""
    found: dict[str, Target] = {}
    for event in events:
        begun = mapping(event.get("resourcePreEvent"))
        step = begun or mapping(event.get("resOutputsEvent")) or mapping(event.get("resOpFailedEvent"))
        metadata = mapping(step.get("metadata"))
        kind = KINDS.get(str(metadata.get("type")))
        if kind is None or metadata.get("op") not in OPERATIONS or step.get("planning"):
            continue
        if begun:
            found[metadata["urn"]] = _target(kind, mapping(mapping(metadata.get("new")).get("inputs")))
        else:
            found.pop(metadata["urn"], None)
    return list(found.values())


def _target(kind: str, inputs: Mapping[str, Any]) -> Target:
    address = inputs if kind == "Release" else mapping(inputs.get("metadata"))
    return Target(kind, str(address.get("namespace", "")), str(address.get("name", "")))


def _workloads(live: Live, target: Target) -> list[tuple[str, Any]]:
    if target.kind == "Release":
        return list(of_release(live, target.name).workloads)
    return [one for one in live.workloads if (one[0], one[1].metadata.name) == (target.kind, target.name)]


def all_pods(live: Live, target: Target) -> Iterator[Any]:
    """Yield the pods of an object, including those of earlier revisions."""
    own = {uid for _, item in _workloads(live, target) for uid in owners(item, live)}
    yield from (pod for pod in live.pods if owned(pod, own))


def current_pods(live: Live, target: Target) -> Iterator[Any]:
    """Yield the pods of an object's current revision; none until its controller has observed that revision."""
    for kind, item in _workloads(live, target):
        if (item.status.observed_generation or 0) < (item.metadata.generation or 0):
            continue
        if kind == "Deployment":
            revision = mapping(item.metadata.annotations).get(REVISION)
            own = {
                one.metadata.uid
                for one in live.replica_sets
                if owned(one, {item.metadata.uid}) and mapping(one.metadata.annotations).get(REVISION) == revision
            }
            yield from (pod for pod in live.pods if owned(pod, own))
        elif kind == "StatefulSet":
            for pod in live.pods:
                revision = mapping(pod.metadata.labels).get("controller-revision-hash")
                if owned(pod, {item.metadata.uid}) and revision == item.status.update_revision:
                    yield pod


def containers(pod: Any) -> list[Any]:
    """Return the statuses of a pod's containers in the order in which they start."""
    return [*sequence(pod.status.init_container_statuses), *sequence(pod.status.container_statuses)]


def stuck(pod: Any, before: Mapping[tuple[str, str], int]) -> Iterator[Stuck]:
    """Yield the containers of a pod that cannot start.

    A running container is not among them, however often it crashed: this time it may keep running.

    Args:
        pod: The pod as returned by the API.
        before: Restarts of containers before the engine began to wait, by the pod's UID and the container's name. A
            container that crashed before that may work now, so it has to crash again.
    """
    if pod.metadata.deletion_timestamp:
        return
    uid, name = pod.metadata.uid, pod.metadata.name
    for one in containers(pod):
        restarts = one.restart_count or 0
        waiting, ended = one.state.waiting, one.state.terminated
        if waiting and waiting.reason in CANNOT_START:
            yield Stuck(uid, name, one.name, waiting.reason, restarts)
        elif ended or (waiting and waiting.reason == CRASH):
            last = ended or (one.last_state.terminated if one.last_state else None)
            crashes = last is not None and last.exit_code != 0
            if crashes and restarts >= RESTARTS and restarts > before.get((uid, one.name), 0):
                yield Stuck(uid, name, one.name, CRASH, restarts)


class Judge:
    """Decides whether the engine's waiting is pointless. It must be called repeatedly.

    Args:
        clock: Returns the time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[Target, float] = {}
        self._before: dict[tuple[str, str], int] = {}
        self._since: dict[tuple[str, str, str], float] = {}

    def look(self, lives: Mapping[str, Live], targets: Collection[Target]) -> Verdict | None:
        """Return why waiting is pointless; None if it may succeed.

        Args:
            lives: Live objects by namespace.
            targets: What the engine waits for. It must be read after the objects, so that no pod of a step is seen
                before the step.
        """
        now = self._clock()
        self._begun = {target: self._begun.get(target, now) for target in targets}
        found = {
            target: [one for pod in current_pods(live, target) for one in stuck(pod, self._before)]
            for target in targets
            if (live := lives.get(target.namespace))
        }
        depending = {target for target in found if _may_depend(target, found)}
        self._remember(lives, [target for target in found if target not in depending])
        lasting = [
            (target, one)
            for target, problems in found.items()
            for one in problems
            if target not in depending or one.reason != CRASH
        ]
        keys = {(one.uid, one.container, one.reason) for _, one in lasting}
        self._since = {key: self._since.get(key, now) for key in keys}
        if any(target.kind == "Release" and not problems for target, problems in found.items()):
            return None  # Helm would remove a release that is about to become ready
        for target, one in lasting:
            if now - self._since[one.uid, one.container, one.reason] >= CANNOT_START.get(one.reason, LASTING):
                return Verdict(target, one, now - self._begun[target])
        return None

    def _remember(self, lives: Mapping[str, Live], judged: Collection[Target]) -> None:
        """Record the restarts of all containers except those that are being judged."""
        own = {pod.metadata.uid for target in judged for pod in all_pods(lives[target.namespace], target)}
        for live in lives.values():
            for pod in live.pods:
                if pod.metadata.uid not in own:
                    for one in containers(pod):
                        self._before[pod.metadata.uid, one.name] = one.restart_count or 0


def _may_depend(target: Target, found: Mapping[Target, Collection[Stuck]]) -> bool:
    """Return whether a server may crash because a data store is still starting. Stores depend on nothing."""
    return target.kind != "StatefulSet" and any(
        other != target and other.namespace == target.namespace and not problems for other, problems in found.items()
    )


def describe(verdict: Verdict) -> str:
    """Describe why the operation was interrupted."""
    one = verdict.stuck
    why = f"was restarted {one.restarts} times and crashed again" if one.reason == CRASH else f"waits: {one.reason}"
    return (
        f"gave up early, after {verdict.seconds:.0f} s: {verdict.target} cannot become ready, because container "
        f"{one.container} of pod {one.pod} {why}; the engine was interrupted as by Ctrl-C, and the next `make up` "
        "continues"
    )
