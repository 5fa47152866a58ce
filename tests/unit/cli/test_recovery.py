"""Recovery from an interrupted operation: the result of each pending operation of a state."""

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pytest

from cli.recovery import describe, failed_creations, made_here, not_before, recover, render

PREFIX = "urn:pulumi:dev::shop::ollama-librechat:index:Ollama$kubernetes:core/v1:Service::"
LABELS = {"app.kubernetes.io/name": "ollama"}


def pending(name: str, operation: str = "creating", **more: Any) -> dict[str, Any]:
    inputs = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "ns", "labels": LABELS}}
    resource = {"urn": PREFIX + name, "type": "kubernetes:core/v1:Service", "custom": True, "inputs": inputs, **more}
    return {"type": operation, "resource": resource}


def live(name: str = "ollama", namespace: str | None = "ns", manager: str = "pulumi-kubernetes") -> dict[str, Any]:
    metadata = {"name": name, "labels": {**LABELS, "x": "y"}, "managedFields": [{"manager": manager}]}
    return {"metadata": {**metadata, **({"namespace": namespace} if namespace else {})}}


def in_cluster(*found: dict[str, Any]) -> Any:
    by_name = {one["metadata"]["name"]: one for one in found}
    return lambda manifest: by_name.get(manifest["metadata"]["name"])


def nothing(_: Mapping[str, Any]) -> None:
    return None


def test_without_pending_operations_there_is_nothing_to_do() -> None:
    assert recover({"resources": []}, nothing) is None
    assert recover({"resources": [], "pending_operations": []}, nothing) is None


def test_what_was_created_is_taken_into_the_state() -> None:
    before = {"resources": [{"urn": "a"}], "pending_operations": [pending("ollama", provider="p", parent="q")]}
    found = recover(before, in_cluster(live()))
    assert found is not None
    assert found.deployment["pending_operations"] == []
    added = found.deployment["resources"][1]
    assert added["id"] == "ns/ollama"
    assert (added["provider"], added["parent"], added["outputs"]) == ("p", "q", {})
    assert before["resources"] == [{"urn": "a"}]
    assert "kubernetes:core/v1:Service ollama" in found.notes[0]
    assert "ns/ollama is added to the state" in found.notes[0]


def test_the_id_of_an_object_without_namespace_is_its_name() -> None:
    found = recover({"pending_operations": [pending("ollama")]}, in_cluster(live(namespace=None)))
    assert found is not None
    assert found.deployment["resources"][0]["id"] == "ollama"


def test_what_is_not_there_is_left_to_be_created() -> None:
    found = recover({"resources": [], "pending_operations": [pending("ollama")]}, nothing)
    assert found is not None
    assert found.deployment["resources"] == []
    assert "does not exist" in found.notes[0]


@pytest.mark.parametrize(
    "other",
    [live(manager="kubectl-create"), {"metadata": {**live()["metadata"], "labels": {}}}, {"metadata": {"name": "o"}}],
)
def test_an_object_of_somebody_else_is_not_taken(other: dict[str, Any]) -> None:
    operation = pending("ollama")
    assert not made_here(operation["resource"]["inputs"], other)
    found = recover({"resources": [], "pending_operations": [operation]}, lambda _: other)
    assert found is not None
    assert found.deployment["resources"] == []


@pytest.mark.parametrize("operation", ["updating", "deleting", "reading", "importing"])
def test_other_operations_are_left_to_the_refresh(operation: str) -> None:
    before = {"resources": [{"urn": PREFIX + "ollama"}], "pending_operations": [pending("ollama", operation)]}
    found = recover(before, lambda _: pytest.fail("the cluster is not asked"))
    assert found is not None
    assert found.deployment == {"resources": [{"urn": PREFIX + "ollama"}], "pending_operations": []}
    assert f"interrupted while {operation}" in found.notes[0]


def test_random_values_that_nobody_got_are_made_anew() -> None:
    resource = {"urn": "urn:pulumi:dev::shop::random:index/randomPassword:RandomPassword::p", "inputs": {"length": 1}}
    operation = {
        "type": "creating",
        "resource": {**resource, "type": "random:index/randomPassword:RandomPassword"},
    }
    found = recover({"pending_operations": [operation]}, lambda _: pytest.fail("the cluster is not asked"))
    assert found is not None
    assert found.deployment["resources"] == []


def test_a_replacement_takes_the_place_of_what_was_deleted_for_it() -> None:
    old = {"urn": PREFIX + "ollama", "id": "ns/ollama", "pendingReplacement": True}
    found = recover({"resources": [old], "pending_operations": [pending("ollama")]}, in_cluster(live()))
    assert found is not None
    (only,) = found.deployment["resources"]
    assert "pendingReplacement" not in only


def test_what_is_replaced_by_something_of_another_name_is_still_to_be_deleted() -> None:
    old = {"urn": PREFIX + "ollama", "id": "ns/old"}
    found = recover({"resources": [old], "pending_operations": [pending("ollama")]}, in_cluster(live()))
    assert found is not None
    first, second = found.deployment["resources"]
    assert first == {**old, "delete": True}
    assert second["id"] == "ns/ollama"


def test_the_rest_of_the_document_stays() -> None:
    found = recover({"manifest": {"magic": "m"}, "pending_operations": [pending("ollama")]}, nothing)
    assert found is not None
    document = json.loads(render({"version": 3, "deployment": {}}, found))
    assert document["version"] == 3
    assert document["deployment"]["manifest"] == {"magic": "m"}
    assert len(list(describe(found))) == 2


def failed(resource: dict[str, Any], operation: str = "create") -> dict[str, Any]:
    return {"resOpFailedEvent": {"metadata": {"op": operation, "new": {"id": "", **resource}}}}


def test_a_creation_that_failed_may_have_been_done_all_the_same() -> None:
    resource = pending("ollama", provider="p")["resource"]
    candidates = failed_creations({"resources": []}, [{"preludeEvent": {}}, failed(resource)])
    found = recover(candidates, in_cluster(live()))
    assert found is not None
    assert found.taken == 1
    (added,) = found.deployment["resources"]
    assert (added["id"], added["provider"], added["inputs"]) == ("ns/ollama", "p", resource["inputs"])


def test_nothing_is_taken_that_is_not_there() -> None:
    found = recover(failed_creations({}, [failed(pending("ollama")["resource"])]), nothing)
    assert found is not None
    assert found.taken == 0


def test_what_the_state_knows_and_other_operations_are_left_alone() -> None:
    resource = pending("ollama")["resource"]
    known = {"resources": [{"urn": resource["urn"]}]}
    assert failed_creations(known, [failed(resource)])["pending_operations"] == []
    assert failed_creations({}, [failed(resource, "update")])["pending_operations"] == []


def test_no_mask_gets_into_the_state() -> None:
    resource = pending("ollama")["resource"]
    resource["inputs"]["stringData"] = {"password": "[secret]"}
    (operation,) = failed_creations({}, [failed(resource)])["pending_operations"]
    assert operation["resource"]["inputs"] == pending("ollama")["resource"]["inputs"]


@pytest.mark.parametrize(("created", "expected"), [("2026-11-23T12:00:00Z", True), ("2026-11-23T11:59:59Z", False)])
def test_an_object_that_was_there_before_is_not_taken(created: str, expected: bool) -> None:
    found = live()
    found["metadata"]["creationTimestamp"] = created
    find = not_before(lambda _: found, datetime(2026, 11, 23, 12, tzinfo=timezone.utc))
    assert (find({}) is found) == expected
    assert not_before(nothing, datetime.now(timezone.utc))({}) is None
