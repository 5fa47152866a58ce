"""LibreChat by an autoscaler: it has the replicas, and everything else is as with several replicas."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.stack.quota import hard_limits
from components.stack.settings import Settings
from tests.unit import pods
from tests.unit.programs import librechat
from tests.unit.recording import Recording

SHARED: dict[str, Any] = {"storage": {"accessMode": "ReadWriteMany"}, "redis": {"existingSecret": "redis"}}


@pytest.fixture(scope="module")
def scaled() -> Recording:
    return librechat(**SHARED, autoscaling={"enabled": True, "minReplicas": 3, "maxReplicas": 6, "cpuUtilization": 70})


def test_the_autoscaler_has_the_replicas(scaled: Recording) -> None:
    assert scaled.object("Deployment", "librechat").spec.get("replicas") is None
    assert scaled.object("HorizontalPodAutoscaler", "librechat").spec == {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "librechat"},
        "minReplicas": 3,
        "maxReplicas": 6,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}},
            }
        ],
    }


def test_without_it_the_program_has_them() -> None:
    program = librechat(**SHARED, replicas=3)
    assert program.object("Deployment", "librechat").spec["replicas"] == 3
    assert program.all("HorizontalPodAutoscaler") == []


def test_pods_share_what_several_replicas_share(scaled: Recording) -> None:
    deployment = scaled.object("Deployment", "librechat")
    assert pods.environment(deployment, "librechat")["USE_REDIS"] == "true"
    assert pods.secret_environment(pods.container(deployment, "librechat"))["REDIS_URI"] == "redis"
    assert deployment.spec["strategy"]["type"] == "RollingUpdate"
    assert len(scaled.all("PodDisruptionBudget")) == 1


def test_one_pod_at_most_needs_nothing_shared() -> None:
    program = librechat(autoscaling={"enabled": True, "minReplicas": 1, "maxReplicas": 1})
    assert program.object("Deployment", "librechat").spec.get("replicas") is None
    assert program.all("PodDisruptionBudget") == []


@settings(deadline=None)
@given(st.integers(1, 50))
def test_the_quota_has_room_for_the_most_pods(most: int) -> None:
    autoscaling = {"enabled": True, "minReplicas": 1, "maxReplicas": most}
    fixed = Settings.model_validate({"librechat": {"replicas": most}})
    assert hard_limits(
        Settings.model_validate({"librechat": {"autoscaling": autoscaling}}), "librechat"
    ) == hard_limits(fixed, "librechat")
