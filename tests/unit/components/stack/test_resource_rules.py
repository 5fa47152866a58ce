"""Rules on CPU and memory of a namespace: what is accepted is what the API server admits."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.librechat.settings import CREATE_ADMIN_RESOURCES
from components.mongodb.backup.settings import USER_JOB_RESOURCES
from components.ollama.settings import MODEL_JOB_RESOURCES
from components.settings.quantities import parse_quantity
from components.settings.validation import validate
from components.stack.rules import check
from components.stack.settings import Namespaces, Settings
from components.workload import manifests
from components.workload.rules import resources_below
from tests.engine.targets import put
from tests.unit.pods import pods
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


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
