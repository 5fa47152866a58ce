"""Variables of LibreChat's pods that hold no secret."""

from collections.abc import Callable
from typing import Any

import pytest

from components.librechat.environment import domain, environment
from components.librechat.settings import LibreChatSettings
from tests.unit import pods
from tests.unit.recording import Recording, run

Execute = Callable[..., Recording]
SHARED = {"storage": {"accessMode": "ReadWriteMany"}}
REDIS = {"redis": {"existingSecret": "redis"}}


def values(program: Recording) -> dict[str, str]:
    return pods.environment(program.object("Deployment", "librechat"), "librechat")


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "http://localhost"),
        ({"exposure": {"host": "chat.example.org"}}, "http://chat.example.org"),
        ({"exposure": {"host": "chat.example.org", "tls": {"secretName": "t"}}}, "https://chat.example.org"),
        ({"exposure": {"type": "none"}}, "http://localhost:3080"),
        ({"domain": "https://proxy.example.org:8443"}, "https://proxy.example.org:8443"),
    ],
)
def test_the_origin_is_the_one_that_a_browser_sees(settings: dict[str, Any], expected: str) -> None:
    parsed = LibreChatSettings.model_validate(settings)
    assert run(lambda: domain(parsed)).result == expected


@pytest.mark.parametrize(("tls", "secure"), [({}, "false"), ({"secretName": "t"}, "true")])
def test_cookies_are_secure_exactly_over_https(tls: dict[str, str], secure: str, execute: Execute) -> None:
    program = execute(librechat={"exposure": {"host": "chat.example.org", "tls": tls}})
    found = values(program)
    assert found["SESSION_COOKIE_SECURE"] == secure
    assert found["DOMAIN_CLIENT"] == found["DOMAIN_SERVER"] == program.exports["librechat_url"]


@pytest.mark.parametrize(("limit", "heap"), [("2Gi", "1536"), ("1Gi", "768"), ("4G", "2861")])
def test_nodes_heap_follows_the_memory_limit(limit: str, heap: str) -> None:
    settings = LibreChatSettings.model_validate({"resources": {"limits": {"memory": limit}}})
    assert environment(settings, search=True, redis=False)["NODE_OPTIONS"] == f"--max-old-space-size={heap}"


def test_without_a_memory_limit_node_keeps_its_own() -> None:
    settings = LibreChatSettings.model_validate({"resources": {"limits": {"memory": ""}}})
    assert "NODE_OPTIONS" not in environment(settings, search=True, redis=False)


@pytest.mark.parametrize(
    ("settings", "redis", "single"),
    [
        ({}, False, "true"),
        ({}, True, None),  # with Redis, LibreChat sees what runs in other pods
        (SHARED, False, None),  # a rollout starts the new pod beside the old one
        ({**SHARED, **REDIS, "replicas": 2}, True, None),
        ({"autoscaling": {"enabled": True, "minReplicas": 1, "maxReplicas": 1}}, False, None),
        ({"autoscaling": {"enabled": True, "maxReplicas": 3}, **SHARED}, True, None),
    ],
)
def test_the_scheduler_runs_where_there_is_never_a_second_pod(
    settings: dict[str, Any], redis: bool, single: str | None
) -> None:
    known = LibreChatSettings.model_validate(settings)
    assert environment(known, search=True, redis=redis).get("SCHEDULES_SINGLE_PROCESS") == single


def test_the_scheduler_of_the_default_stack_runs(default_program: Recording) -> None:
    assert values(default_program)["SCHEDULES_SINGLE_PROCESS"] == "true"
    assert default_program.object("Deployment", "librechat").inputs["spec"]["strategy"] == {"type": "Recreate"}
