"""Quotas, container defaults, priorities, disruption budgets, what operators may read, and where cookies are sent."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.operators import rules
from components.quota import hard, workloads
from components.settings.root import Settings
from components.settings.types import parse_quantity
from tests.unit.pods import environment, template
from tests.unit.recording import Recording

Execute = Callable[..., Recording]
CPU = st.sampled_from(("10m", "1", "2500m", "64"))
MEMORY = st.sampled_from(("32Mi", "1Gi", "300Gi"))
RESOURCES = st.builds(
    lambda cpu, memory: {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}, CPU, MEMORY
)


@settings(deadline=None)
@given(
    RESOURCES,
    RESOURCES,
    st.integers(1, 50),
    st.integers(1, 50),
    st.lists(st.integers(0, 999).map(lambda n: f"model:{n}"), min_size=1, max_size=30, unique=True),
    st.integers(0, 8),
)
def test_a_derived_quota_holds_everything_twice(  # noqa: PLR0917
    ollama: Any, librechat: Any, servers: int, replicas: int, models: list[str], gpus: int
) -> None:
    given_settings = Settings.model_validate(
        {
            "ollama": {"resources": ollama, "replicas": servers, "models": models, "gpu": {"count": gpus}},
            "librechat": {"resources": librechat, "replicas": replicas},
        }
    )
    for application in ("ollama", "librechat"):
        quota = hard(given_settings, application)
        running = list(workloads(given_settings, application))
        assert int(quota["pods"]) >= 2 * sum(count for _, count, _ in running)
        for key in ("cpu", "memory"):
            asked = sum(count * parse_quantity(getattr(r.requests, key)) for _, count, r in running)
            assert parse_quantity(quota[f"requests.{key}"]) >= 2 * asked
        assert quota["services.nodeports"] == quota["services.loadbalancers"] == "0"
    assert hard(given_settings, "ollama").get("requests.nvidia.com/gpu") == (str(gpus * servers) if gpus else None)


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


def test_no_limit_where_the_namespace_would_give_one_is_refused(execute: Execute) -> None:
    ollama = {"resources": {"limits": {"memory": ""}}}
    with pytest.raises(Exception, match=r"ollama.resources.limits.memory.*512Mi"):
        execute(ollama=ollama)
    program = execute(ollama=ollama, namespaces={"limitRange": {"defaultLimit": {"memory": ""}}})
    assert "default" not in program.object("LimitRange", "container-defaults", "ollama").spec["limits"][0]


def test_a_default_request_above_its_limit_is_refused(execute: Execute) -> None:
    more = {"defaultRequest": {"memory": "1Gi"}}
    with pytest.raises(Exception, match=r"namespaces.limitRange.defaultRequest.memory.*defaultLimit.memory: 512Mi"):
        execute(namespaces={"limitRange": more})
    execute(namespaces={"limitRange": {**more, "enabled": False}})
    execute(namespaces={"limitRange": {**more, "defaultLimit": {"memory": "1Gi"}}})


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


def test_a_disruption_budget_where_more_than_one_pod_runs(execute: Execute) -> None:
    assert execute().all("PodDisruptionBudget") == []
    many = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}}
    program = execute(ollama=many, librechat={**many, "redis": {"existingSecret": "redis"}})
    for name in ("ollama", "librechat"):
        spec = program.object("PodDisruptionBudget", name).spec
        assert spec["maxUnavailable"] == 1
        assert spec["selector"] == program.object("Deployment", name).spec["selector"]
    off = execute(ollama={**many, "disruptionBudget": {"enabled": False}})
    assert off.all("PodDisruptionBudget") == []


def test_operators_read_everything_but_what_leads_to_a_credential(execute: Execute) -> None:
    assert execute().all("Role") == []
    program = execute(namespaces={"operatorGroup": "sre"})
    for namespace in ("ollama", "librechat"):
        role = program.object("Role", "operators-read", namespace)
        assert {verb for rule in role.inputs["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
        binding = program.object("RoleBinding", "operators-read", namespace)
        assert [subject["name"] for subject in binding.inputs["subjects"]] == ["sre"]
        assert binding.inputs["roleRef"]["name"] == "operators-read"
    resources = {name for rule in rules() for name in rule.get("resources") or []}
    assert {"pods", "pods/log", "events"} <= resources
    assert not resources & {"secrets", "pods/exec", "pods/attach", "serviceaccounts/token", "*"}


@pytest.mark.parametrize(
    ("librechat", "origin", "secure"),
    [
        ({"exposure": {"type": "none"}}, "http://localhost:3080", "false"),
        ({"exposure": {"host": "localhost"}}, "http://localhost", "false"),
        ({"exposure": {"host": "chat.example.org"}}, "http://chat.example.org", "false"),
        ({"exposure": {"host": "chat.example.org", "tls": {"secretName": "t"}}}, "https://chat.example.org", "true"),
        ({"domain": "https://a.example.org"}, "https://a.example.org", "true"),
    ],
)
def test_a_login_works_behind_plain_http_and_behind_tls(
    execute: Execute, librechat: dict[str, Any], origin: str, secure: str
) -> None:
    values = environment(execute(librechat=librechat).object("Deployment", "librechat"), "librechat")
    assert values["DOMAIN_CLIENT"] == values["DOMAIN_SERVER"] == origin
    assert values["SESSION_COOKIE_SECURE"] == secure
    assert values["TRUST_PROXY"] == "1"
