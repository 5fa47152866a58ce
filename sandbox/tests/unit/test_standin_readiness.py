"""When objects are ready, and what is said while they are not."""

import copy
from typing import Any

import pytest

from sandbox.plugins.kubernetes import readiness
from sandbox.plugins.kubernetes.readiness import Related

Object = dict[str, Any]


def objects(**by_kind: list[Object]) -> Related:
    return lambda _api_version, kind: by_kind.get(kind, [])


def owned(name: str, uid: str, **content: Any) -> Object:
    return {"metadata": {"name": name, "namespace": "app", "ownerReferences": [{"uid": uid}]}, **content}


DEPLOYMENT: Object = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {
        "name": "web",
        "namespace": "app",
        "uid": "d",
        "generation": 2,
        "annotations": {"deployment.kubernetes.io/revision": "2"},
    },
    "spec": {"replicas": 2, "template": {"spec": {"volumes": [{"persistentVolumeClaim": {"claimName": "data"}}]}}},
    "status": {
        "observedGeneration": 2,
        "updatedReplicas": 2,
        "conditions": [
            {"type": "Available", "status": "True", "reason": "MinimumReplicasAvailable", "message": "ok"},
            {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable", "message": "ok"},
        ],
    },
}
NEW = owned("web-2", "d", spec={"replicas": 2}, status={"readyReplicas": 2})
NEW["metadata"] |= {"uid": "r2", "annotations": {"deployment.kubernetes.io/revision": "2"}}
CLAIM = {"metadata": {"name": "data", "namespace": "app"}, "status": {"phase": "Bound"}}
PENDING = {
    "metadata": {"name": "web-2-x", "namespace": "app", "ownerReferences": [{"uid": "r2"}]},
    "status": {
        "conditions": [
            {
                "type": "PodScheduled",
                "status": "False",
                "reason": "Unschedulable",
                "message": "0/3 nodes: Insufficient cpu",
            }
        ]
    },
}


def related(**changes: list[Object]) -> Related:
    return objects(**{"ReplicaSet": [NEW], "PersistentVolumeClaim": [CLAIM], "Pod": [], **changes})


def with_condition(obj: Object, kind: str, **fields: str) -> Object:
    result = copy.deepcopy(obj)
    for condition in result["status"]["conditions"]:
        if condition["type"] == kind:
            condition.update(fields)
    return result


def test_a_deployment_is_ready() -> None:
    assert readiness.deployment(DEPLOYMENT, related()).ready


def test_a_deployment_that_the_controller_has_not_seen_is_not_ready() -> None:
    unseen = copy.deepcopy(DEPLOYMENT)
    unseen["metadata"]["generation"] = 3
    assert not readiness.deployment(unseen, related()).ready


def test_a_deployment_that_scales_down_before_it_makes_new_pods_is_not_ready() -> None:
    # As seen on an API server after an update with the strategy Recreate.
    old = {**NEW, "spec": {"replicas": 0}, "status": {}}
    recreating = {**DEPLOYMENT, "status": {**DEPLOYMENT["status"], "updatedReplicas": 0}}
    assert not readiness.deployment(recreating, related(ReplicaSet=[old])).ready


def test_a_deployment_waits_for_the_pods_of_the_newest_replica_set() -> None:
    slow = {**NEW, "status": {"readyReplicas": 1}}
    found = readiness.deployment(DEPLOYMENT, related(ReplicaSet=[slow], Pod=[PENDING]))
    assert not found.ready
    assert found.progress == (
        "Waiting for app ReplicaSet to be available (1/2 Pods available): "
        "[Pod app/web-2-x]: 0/3 nodes: Insufficient cpu"
    )
    assert found.reasons == [
        "Attempted to roll forward to new ReplicaSet, but minimum number of Pods did not become live",
        "[Pod app/web-2-x]: 0/3 nodes: Insufficient cpu",
    ]


def test_a_deployment_that_is_not_available_says_so() -> None:
    down = with_condition(DEPLOYMENT, "Available", status="False", reason="MinimumReplicasUnavailable", message="no")
    found = readiness.deployment(down, related())
    assert found.reasons == ["[MinimumReplicasUnavailable] no", "Minimum number of live Pods was not attained"]


def test_a_deployment_whose_rollout_is_stuck_says_so() -> None:
    stuck = with_condition(
        DEPLOYMENT, "Progressing", status="False", reason="ProgressDeadlineExceeded", message="timed out"
    )
    found = readiness.deployment(stuck, related())
    assert found.reasons[0] == "[ProgressDeadlineExceeded] timed out"
    assert not found.ready


def test_a_deployment_waits_for_its_claims_and_for_no_others() -> None:
    other = {"metadata": {"name": "other"}, "status": {"phase": "Pending"}}
    assert readiness.deployment(DEPLOYMENT, related(PersistentVolumeClaim=[CLAIM, other])).ready
    unbound = {**CLAIM, "status": {"phase": "Pending"}}
    found = readiness.deployment(DEPLOYMENT, related(PersistentVolumeClaim=[unbound]))
    assert found.reasons == ["Failed to bind PersistentVolumeClaim(s): data"]


def test_pods_of_others_are_not_told() -> None:
    foreign = {**PENDING, "metadata": {"name": "x", "ownerReferences": [{"uid": "somebody"}]}}
    slow = {**NEW, "status": {}}
    assert "x" not in " ".join(readiness.deployment(DEPLOYMENT, related(ReplicaSet=[slow], Pod=[foreign])).reasons[1:])


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"ready": True, "state": {}}, []),
        ({"state": {"waiting": {"reason": "ContainerCreating"}}}, []),
        (
            {"state": {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}},
            ['container "c" [ImagePullBackOff] no such image'],
        ),
        (
            {"state": {"terminated": {"exitCode": 3, "reason": "Error", "message": "bad flag\n"}}},
            ['container "c" terminated (Error: exit code 3): bad flag'],
        ),
        ({"state": {"terminated": {"exitCode": 0, "reason": "Completed"}}}, []),
        (
            {
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}},
                "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "t"}},
            },
            [
                'container "c" [CrashLoopBackOff] back-off',
                'container "c" terminated at t (OOMKilled: exit code 137)',
            ],
        ),
    ],
)
def test_problems_of_a_container(status: Object, expected: list[str]) -> None:
    assert readiness.container_problems({"name": "c", **status}) == expected


def test_problems_of_init_containers_are_told() -> None:
    crash = {
        "name": "init",
        "state": {"terminated": {"exitCode": 1, "reason": "Error", "message": "no database"}},
    }
    conditions = [
        {"type": "PodScheduled", "status": "True"},
        {
            "type": "Initialized",
            "status": "False",
            "reason": "ContainersNotInitialized",
            "message": "not initialized",
        },
    ]
    pod = {
        "metadata": {"name": "p"},
        "status": {"conditions": conditions, "initContainerStatuses": [crash], "containerStatuses": []},
    }
    assert readiness.pod_problems(pod) == [
        '[Pod p]: not initialized; container "init" terminated (Error: exit code 1): no database'
    ]
    assert readiness.pod_problems({"metadata": {"name": "p"}, "status": {"phase": "Succeeded"}}) == []


def stateful_set(**status: Any) -> Object:
    return {
        "metadata": {"name": "db", "uid": "s", "generation": 2},
        "spec": {"replicas": 2},
        "status": {
            "observedGeneration": 2,
            "replicas": 2,
            "readyReplicas": 2,
            "currentReplicas": 2,
            "updatedReplicas": 2,
            "currentRevision": "b",
            "updateRevision": "b",
            **status,
        },
    }


@pytest.mark.parametrize(
    ("status", "ready", "reasons"),
    [
        ({}, True, []),
        ({"observedGeneration": 1}, False, []),
        ({"readyReplicas": 1}, False, ["1 out of 2 replicas succeeded readiness checks"]),
        (
            {"currentRevision": "a", "updatedReplicas": 1},
            False,
            ['StatefulSet controller failed to advance from revision "a" to revision "b"'],
        ),
    ],
)
def test_stateful_set(status: Object, ready: bool, reasons: list[str]) -> None:
    found = readiness.stateful_set(stateful_set(**status), objects())
    assert (found.ready, found.reasons) == (ready, reasons)


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ({"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberAvailable": 2}, True),
        ({"desiredNumberScheduled": 2, "updatedNumberScheduled": 1, "numberAvailable": 2}, False),
        ({"desiredNumberScheduled": 0}, True),
    ],
)
def test_daemon_set(status: Object, ready: bool) -> None:
    obj = {"metadata": {"name": "d", "uid": "u"}, "status": status}
    assert readiness.daemon_set(obj, objects()).ready is ready


def job(*conditions: Object, **status: Any) -> Object:
    return {
        "metadata": {"name": "pull", "namespace": "app", "uid": "j"},
        "status": {"conditions": list(conditions), **status},
    }


def test_job() -> None:
    assert readiness.job(job({"type": "Complete", "status": "True"}), objects()).ready
    running = readiness.job(job(active=1), objects())
    assert (running.ready, running.failed) == (False, False)
    assert running.progress == 'Waiting for Job "app/pull" to succeed (Active: 1 | Succeeded: 0 | Failed: 0)'


def test_a_failed_job_ends_the_wait_with_the_reason_and_the_container() -> None:
    terminated = {"exitCode": 3, "reason": "Error", "message": "registry answers 404"}
    pod = owned("pull-x", "j")
    pod["status"] = {
        "phase": "Failed",
        "conditions": [{"type": "Ready", "status": "False", "reason": "PodFailed"}],
        "containerStatuses": [{"name": "pull", "state": {"terminated": terminated}}],
    }
    failed = job({"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "limit reached"})
    found = readiness.job(failed, objects(Pod=[pod]))
    assert found.failed
    assert found.reasons == [
        "[BackoffLimitExceeded] limit reached",
        '[Pod app/pull-x]: container "pull" terminated (Error: exit code 3): registry answers 404',
    ]


def claim(phase: str, storage_class: str = "") -> Object:
    return {
        "metadata": {"name": "data"},
        "spec": {"storageClassName": storage_class},
        "status": {"phase": phase},
    }


def test_persistent_volume_claim() -> None:
    late = {"metadata": {"name": "late"}, "volumeBindingMode": "WaitForFirstConsumer"}
    soon = {"metadata": {"name": "soon"}, "volumeBindingMode": "Immediate"}
    found = objects(StorageClass=[late, soon])
    assert readiness.persistent_volume_claim(claim("Bound"), found).ready
    assert readiness.persistent_volume_claim(claim("Pending", "late"), found).ready
    assert not readiness.persistent_volume_claim(claim("Lost", "late"), found).ready
    assert readiness.persistent_volume_claim(claim("Pending", "soon"), found).reasons == [
        'PersistentVolumeClaim "data" is Pending, not Bound'
    ]
    assert "no StorageClass" in readiness.persistent_volume_claim(claim("Pending"), found).reasons[0]
    assert 'no StorageClass "other"' in readiness.persistent_volume_claim(claim("Pending", "other"), found).reasons[0]


def endpoints(*ready: bool) -> Object:
    return {
        "metadata": {"name": "web-1", "labels": {"kubernetes.io/service-name": "web"}},
        "endpoints": [{"conditions": {"ready": value}} for value in ready],
    }


@pytest.mark.parametrize(
    ("spec", "status", "slices", "ready"),
    [
        ({"selector": {"a": "b"}}, {}, [endpoints(True)], True),
        ({"selector": {"a": "b"}}, {}, [endpoints()], True),  # nothing to wait for
        ({"selector": {"a": "b"}}, {}, [endpoints(True, False)], False),
        ({"selector": {"a": "b"}}, {}, [], False),
        ({"clusterIP": "None", "selector": {"a": "b"}}, {}, [], True),
        ({}, {}, [], True),
        ({"type": "ExternalName"}, {}, [], True),
        ({"type": "LoadBalancer", "selector": {"a": "b"}}, {}, [endpoints(True)], False),
        (
            {"type": "LoadBalancer", "selector": {"a": "b"}},
            {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}},
            [endpoints(True)],
            True,
        ),
    ],
)
def test_service(spec: Object, status: Object, slices: list[Object], ready: bool) -> None:
    obj = {"metadata": {"name": "web"}, "spec": spec, "status": status}
    found = readiness.service(obj, objects(EndpointSlice=slices))
    assert found.ready is ready
    assert bool(found.reasons) is not ready


def test_ingress() -> None:
    paths = [{"path": "/", "backend": {"service": {"name": "web"}}}]
    bare = {"metadata": {"name": "i"}, "spec": {"rules": [{"http": {"paths": paths}}]}}
    web = {"metadata": {"name": "web"}}
    addressed = {**bare, "status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}}
    assert readiness.ingress(addressed, objects(Service=[web])).ready
    assert "no Service web" in readiness.ingress(addressed, objects()).reasons[0]
    assert "loadBalancer" in readiness.ingress(bare, objects(Service=[web])).reasons[0]


def test_a_custom_condition() -> None:
    check = readiness.custom_condition("condition=Synced=False")
    obj = {"status": {"conditions": [{"type": "Synced", "status": "False"}]}}
    assert check(obj, objects()).ready
    waiting = readiness.custom_condition("condition=Synced")(obj, objects())
    assert (waiting.ready, waiting.progress) == (False, "Waiting for condition Synced")
    with pytest.raises(ValueError, match="jsonpath"):
        readiness.custom_condition("jsonpath={.status.conditions[0]}")


@pytest.mark.parametrize(
    ("status", "ready"),
    [
        ({"observedGeneration": 2, "updatedReplicas": 1}, True),
        ({"updatedReplicas": 1}, True),
        ({"observedGeneration": 1, "updatedReplicas": 1}, False),
        ({"observedGeneration": 2}, False),
        ({"observedGeneration": 2, "updatedReplicas": 0}, False),
        ({}, False),
    ],
)
def test_a_field_with_a_value(status: dict[str, Any], ready: bool) -> None:
    check = readiness.custom_condition("jsonpath={.status.updatedReplicas}=1")
    found = check({"metadata": {"generation": 2}, "status": status}, objects())
    assert found.ready is ready
    assert ready or found.progress.startswith("Waiting for {.status.updatedReplicas}=1")


def test_a_field_that_has_to_be_there() -> None:
    check = readiness.custom_condition("jsonpath={.status.updatedReplicas}")
    assert check({"metadata": {}, "status": {"updatedReplicas": 3}}, objects()).ready
    assert not check({"metadata": {}, "status": {}}, objects()).ready


def test_the_failure_names_the_object() -> None:
    assert readiness.not_ready_text(DEPLOYMENT, timed_out=True) == (
        "Deployment 'web' in namespace 'app' timed out waiting to be Ready"
    )
