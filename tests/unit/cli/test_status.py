"""Rows of `make status`, from objects as the API returns them."""

from types import SimpleNamespace as Object
from typing import Any

from cli.status import pod_reasons


def container(name: str, **state: Any) -> Object:
    states = Object(waiting=state.get("waiting"), terminated=state.get("terminated"))
    return Object(name=name, state=states, last_state=None)


def pod(*containers: Object, conditions: list[Object] | None = None) -> Object:
    status = Object(init_container_statuses=None, container_statuses=list(containers), conditions=conditions)
    return Object(metadata=Object(name="ollama-1"), status=status)


def test_a_container_that_waits_tells_its_reason() -> None:
    waiting = Object(reason="ImagePullBackOff", message="Back-off pulling image")
    assert list(pod_reasons(pod(container("ollama", waiting=waiting)))) == [
        "ollama-1/ollama: ImagePullBackOff Back-off pulling image"
    ]


def test_a_container_that_is_being_created_is_no_problem() -> None:
    waiting = Object(reason="ContainerCreating", message=None)
    assert list(pod_reasons(pod(container("ollama", waiting=waiting)))) == []


def test_a_container_that_died_tells_its_last_words() -> None:
    ended = Object(exit_code=1, reason="Error", message="no space left on device")
    assert list(pod_reasons(pod(container("pull", terminated=ended)))) == [
        "ollama-1/pull: Error no space left on device"
    ]


def test_a_container_that_ended_well_is_no_problem() -> None:
    assert (
        list(pod_reasons(pod(container("pull", terminated=Object(exit_code=0, reason="Completed", message=""))))) == []
    )


def test_a_pod_without_a_node_tells_why() -> None:
    condition = Object(
        type="PodScheduled", status="False", reason="Unschedulable", message="0/3 nodes: Insufficient nvidia.com/gpu"
    )
    assert list(pod_reasons(pod(conditions=[condition]))) == [
        "ollama-1: Unschedulable 0/3 nodes: Insufficient nvidia.com/gpu"
    ]
