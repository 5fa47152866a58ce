"""Namespaces of a stack: their quota, the defaults of their containers, and the priority of pods with a GPU."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.pods import template
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


def test_a_quota_can_be_replaced_and_turned_off(execute: Execute) -> None:
    program = execute(namespaces={"quota": {"ollama": {"pods": 3}}})
    assert program.object("ResourceQuota", "quota", "ollama").spec == {"hard": {"pods": "3"}}
    assert "requests.cpu" in program.object("ResourceQuota", "quota", "librechat").spec["hard"]
    off = execute(namespaces={"quota": {"enabled": False}, "limitRange": {"enabled": False}})
    assert off.all("ResourceQuota") == off.all("LimitRange") == []


def test_containers_that_ask_for_nothing_get_something(program: Recording) -> None:
    for namespace in ("ollama", "librechat"):
        assert program.object("LimitRange", "container-defaults", namespace).spec["limits"] == [
            {
                "type": "Container",
                "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
                "default": {"memory": "512Mi"},
            }
        ]


def test_who_holds_a_gpu_has_priority(execute: Execute) -> None:
    program = execute(ollama={"gpu": {"count": 1}}, namespaces={"prefix": "alice-"})
    (found,) = program.all("PriorityClass")
    assert found.object_name == "alice-ollama-gpu"
    assert found.inputs["preemptionPolicy"] == "Never"
    assert found.inputs["value"] > 0
    assert not found.deleted_with, "it is in no namespace and has to be deleted by itself"
    assert template(program.object("Deployment", "ollama")).spec["priorityClassName"] == "alice-ollama-gpu"


@pytest.mark.parametrize(
    ("ollama", "name"),
    [
        ({"gpu": {"count": 0}}, None),
        ({"gpu": {"count": 1, "priority": 0}}, None),
        ({"gpu": {"count": 1}, "pods": {"priorityClassName": "important"}}, "important"),
    ],
)
def test_another_priority_or_none(execute: Execute, ollama: dict[str, Any], name: str | None) -> None:
    program = execute(ollama=ollama)
    assert program.all("PriorityClass") == []
    assert template(program.object("Deployment", "ollama")).spec.get("priorityClassName") == name
