"""Quotas, container defaults, priorities, disruption budgets, what operators may read, and where cookies are sent."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.librechat.settings import CREATE_ADMIN_RESOURCES
from components.mongodb.backup.settings import USER_JOB_RESOURCES
from components.namespace.operators import rules
from components.ollama.settings import MODEL_JOB_RESOURCES
from components.settings.quantities import parse_quantity
from components.settings.validation import validate
from components.stack.quota import hard, workloads
from components.stack.rules import check
from components.stack.settings import Namespaces, Settings
from components.workload import manifests
from components.workload.rules import resources_below
from tests.engine.targets import put
from tests.unit.pods import environment, pods, template
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


def test_a_default_limit_below_what_jobs_request_is_refused(execute: Execute) -> None:
    one = {"resources": {"limits": {"cpu": "1"}}}
    limited = dict.fromkeys(("ollama", "librechat", "mongodb", "meilisearch"), one)
    low = {"limitRange": {"defaultRequest": {"cpu": "10m"}, "defaultLimit": {"cpu": "70m"}}}
    execute(**limited, namespaces=low)
    backup = {"mongodb": {**one, "backup": {"enabled": True, **one}}}
    with pytest.raises(Exception, match=r"defaultLimit.cpu = \"70m\".*100m that the Job for the user of the backups"):
        execute(**{**limited, **backup}, namespaces=low)


AMOUNTS = st.fixed_dictionaries(
    {},
    optional={"cpu": st.sampled_from(("", "50m", "500m", "2")), "memory": st.sampled_from(("", "64Mi", "1Gi", "8Gi"))},
)
OWN = st.fixed_dictionaries({}, optional={"requests": AMOUNTS, "limits": AMOUNTS})
EVERYTHING: dict[str, Any] = {
    "ollama": {
        "exposure": {"token": {"enabled": True}},
        "pools": {"amd": {"exposure": {"token": {"enabled": True}}}},
    },
    "librechat": {"admin": {"email": "you@example.org", "existingSecret": "admin"}},
    "mongodb": {"backup": {"enabled": True}},
    "valkey": {"enabled": True},
}
"""Settings with which everything runs that a pod can have resources from."""

SECTIONS = [path for path, _ in resources_below(Settings.model_validate(EVERYTHING))]


def resources_of(settings_: Settings) -> list[dict[str, Any]]:
    """What every container of a program has, those of Jobs that no setting gives anything included."""
    of_jobs = (MODEL_JOB_RESOURCES, CREATE_ADMIN_RESOURCES, USER_JOB_RESOURCES)
    return [manifests.container_resources(own) for own in (*dict(resources_below(settings_)).values(), *of_jobs)]


def test_no_container_has_other_resources(execute: Execute) -> None:
    """Guards the property below, which knows of containers only what the settings say."""
    known = resources_of(Settings.model_validate(EVERYTHING))
    containers = [found for pod in pods(execute(**EVERYTHING)) for found in pod.containers()]
    assert len(containers) > 10
    assert [found["name"] for found in containers if found["resources"] not in known] == []


def admitted(own: dict[str, Any], spaces: Namespaces) -> bool:
    """Whether the API server lets a container in, and the LimitRange that has its defaults: the order is its own."""
    limits, requests = dict(own.get("limits", {})), {**own.get("limits", {}), **own.get("requests", {})}
    pairs = [(requests, limits)]
    if spaces.limit_range.enabled:
        limit, request = spaces.limit_range.default_limit.mapping(), spaces.limit_range.default_request.mapping()
        requests = {**limit, **limits, **request, **requests}
        pairs = [(request, limit), (requests, {**limit, **limits})]
    below = all(parse_quantity(a[key]) <= parse_quantity(b[key]) for a, b in pairs for key in a.keys() & b.keys())
    return below and (not spaces.quota.enabled or {"cpu", "memory"} <= set(requests))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_what_is_accepted_is_admitted(data: st.DataObject) -> None:
    document: dict[str, Any] = EVERYTHING
    for path in data.draw(st.lists(st.sampled_from(SECTIONS), max_size=3, unique=True)):
        document = put(document, path, data.draw(OWN))
    for key in ("defaultRequest", "defaultLimit"):
        document = put(document, f"namespaces.limitRange.{key}", data.draw(AMOUNTS))
    for key in ("limitRange", "quota"):
        document = put(document, f"namespaces.{key}.enabled", data.draw(st.booleans()))
    found, findings = validate(Settings, document)
    assert not findings
    admits = all(admitted(own, found.namespaces) for own in resources_of(found))
    paths = [finding.path for finding in check(found)]
    assert admits or paths
    # What is refused is so for a reason; only an unasked limit of the LimitRange is refused and would be admitted.
    assert not admits or all(".limits." in path for path in paths)


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
