"""Templates of pods, and what settings add to them."""

from typing import Any

import pytest

from components.workload.pod import Pod, pre_stop, with_extras
from components.workload.settings import Pods

SPEC: Any = {"containers": [{"name": "main", "volume_mounts": [{"name": "data"}]}, {"name": "sidecar"}]}


def test_a_pod_is_a_template() -> None:
    pod = Pod(metadata={"labels": {"a": "b"}}, spec=SPEC)
    assert pod.template() == {"metadata": {"labels": {"a": "b"}}, "spec": SPEC}


@pytest.mark.parametrize(("grace", "expected"), [(0, 20), (60, 20), (10, 9)])
def test_the_wait_ends_before_the_grace_period_does(grace: int, expected: int) -> None:
    pods = Pods(termination_grace_period_seconds=grace)
    assert pre_stop(pods, 20) == {"pre_stop": {"sleep": {"seconds": expected}}}


def test_only_the_first_container_gets_the_extras() -> None:
    pods = Pods(
        env_from=[{"secretRef": {"name": "login"}}],
        extra_volumes=[{"name": "ca"}],
        extra_volume_mounts=[{"name": "ca", "mountPath": "/ca"}],
    )
    found: Any = with_extras(pods, SPEC)
    main, sidecar = found["containers"]
    assert main["env_from"] == pods.env_from
    assert main["volume_mounts"] == [{"name": "data"}, {"name": "ca", "mountPath": "/ca"}]
    assert sidecar == {"name": "sidecar"}
    assert found["volumes"] == [{"name": "ca"}]
    assert SPEC["containers"][0]["volume_mounts"] == [{"name": "data"}]


def test_without_extras_nothing_is_added() -> None:
    assert with_extras(Pods(), SPEC) == SPEC
