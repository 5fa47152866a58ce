"""One workload and the objects around its pods."""

from collections.abc import Callable
from typing import Any

import pytest

from components.component import Component
from components.context import Context
from components.images import Image
from components.workload.settings import Autoscaling, DisruptionBudget, Pods, Storage
from components.workload.workload import Workload
from tests.unit.recording import Recording, run


def program(create: Callable[[Workload], Any], context: Context | None = None, **more: Any) -> Recording:
    """What a workload creates; the result is that of the function."""

    def body() -> Any:
        parent = Component("Test", "search", None)
        return create(
            Workload(
                name="librechat-search",
                component="search",
                resource_name="search",
                parent=parent,
                context=context or Context(namespace="chat"),
                **more,
            )
        )

    return run(body)


def test_a_service_account_has_no_token() -> None:
    found = program(lambda workload: workload.service_account())
    assert found.result == "librechat-search"
    assert found.object("ServiceAccount", "librechat-search").inputs["automountServiceAccountToken"] is False


def test_a_service_selects_the_pods_of_a_chart_where_they_are() -> None:
    def service(**more: Any) -> dict[str, Any]:
        found = program(lambda workload: workload.service("http", 7700).metadata["name"], **more)
        return found.object("Service", "librechat-search").spec["selector"]

    assert service()["app.kubernetes.io/name"] == "librechat-search"
    assert service(pods_name="chart")["app.kubernetes.io/name"] == "chart"


def test_former_pods_are_peers_until_the_new_ones_are_ready() -> None:
    assert "former_name" not in program(lambda workload: workload.peer(80)).result
    found = program(lambda workload: workload.peer(80), former_pods_name="chart").result
    assert (found["former_name"], found["port"]) == ("chart", 80)


@pytest.mark.parametrize("protected", [True, False])
def test_a_claim_is_protected_as_data_is(protected: bool) -> None:
    context = Context(namespace="chat", data_protection=protected)
    found = program(lambda workload: workload.volume_claim("files", Storage(storage_class_name="fast")), context)
    claim = found.object("PersistentVolumeClaim", "files")
    assert claim.spec["storageClassName"] == "fast"
    assert (claim.protect, claim.retain_on_delete) == (protected, protected)


def test_an_existing_claim_creates_none() -> None:
    found = program(lambda workload: workload.volume_claim("files", Storage(existing_claim="mine")))
    assert found.result == "mine"
    assert list(found.all("PersistentVolumeClaim")) == []


@pytest.mark.parametrize(("replicas", "enabled", "expected"), [(1, True, 0), (2, True, 1), (2, False, 0)])
def test_a_budget_exists_for_several_pods(replicas: int, enabled: bool, expected: int) -> None:
    budget = DisruptionBudget(enabled=enabled)
    found = program(lambda workload: workload.disruption_budget(budget, replicas))
    assert len(list(found.all("PodDisruptionBudget"))) == expected


@pytest.mark.parametrize("enabled", [True, False])
def test_an_autoscaler_exists_if_it_is_enabled(enabled: bool) -> None:
    def create(workload: Workload) -> None:
        scaled = workload.service("http", 80)
        workload.autoscaler(Autoscaling(enabled=enabled), scaled)

    found = program(create)
    assert len(list(found.all("HorizontalPodAutoscaler"))) == int(enabled)


def test_images_come_from_the_mirror() -> None:
    context = Context(namespace="chat", image_registry="mirror.example.org")
    image = Image("docker.io", "getmeili/meilisearch", "v1")
    assert program(lambda w: w.image(image, ""), context).result == "mirror.example.org/getmeili/meilisearch:v1"
    assert program(lambda w: w.image(image, "a.b/own:2"), context).result == "mirror.example.org/own:2"


def test_labels_of_the_settings_do_not_replace_those_of_the_selector() -> None:
    pods = Pods(labels={"app.kubernetes.io/name": "other", "team": "a"}, annotations={"a": "b"})
    found = program(lambda workload: workload.template_metadata(pods, {"checksum": "c"})).result
    assert found["labels"]["app.kubernetes.io/name"] == "librechat-search"
    assert found["labels"]["team"] == "a"
    assert found["annotations"] == {"a": "b", "checksum": "c"}


def test_a_pod_has_only_what_is_set() -> None:
    def spec(pods: Pods) -> dict[str, Any]:
        return program(
            lambda workload: workload.pod_spec(
                pods, user=1000, service_account="a", grace_period=30, tolerations=[{"key": "gpu"}]
            )
        ).result

    plain = spec(Pods())
    assert plain["tolerations"] == [{"key": "gpu"}]
    assert plain["termination_grace_period_seconds"] == 30
    assert "affinity" not in plain
    own = spec(Pods(tolerations=[{"key": "own"}], termination_grace_period_seconds=60))
    assert own["tolerations"] == [{"key": "gpu"}, {"key": "own"}]
    assert own["termination_grace_period_seconds"] == 60


def test_a_part_has_names_of_its_own() -> None:
    def names(workload: Workload) -> list[str]:
        part = workload.part("auth", "proxy")
        return [part.name, part.resource_name, part.component]

    assert program(names).result == ["librechat-search-auth", "search-auth", "proxy"]
