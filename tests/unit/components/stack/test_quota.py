"""Quotas, disruption budgets, what operators may read, and where cookies are sent."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.namespace.operators import rules
from components.settings.quantities import parse_quantity
from components.stack.quota import hard_limits, workloads
from components.stack.settings import Settings
from tests.unit.pods import environment
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
        quota = hard_limits(given_settings, application)
        running = list(workloads(given_settings, application))
        assert int(quota["pods"]) >= 2 * sum(count for _, count, _ in running)
        for key in ("cpu", "memory"):
            asked = sum(count * parse_quantity(getattr(r.requests, key)) for _, count, r in running)
            assert parse_quantity(quota[f"requests.{key}"]) >= 2 * asked
        assert quota["services.nodeports"] == quota["services.loadbalancers"] == "0"
    assert hard_limits(given_settings, "ollama").get("requests.nvidia.com/gpu") == (
        str(gpus * servers) if gpus else None
    )


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
