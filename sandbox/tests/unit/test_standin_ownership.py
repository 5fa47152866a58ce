"""Who manages which field."""

from typing import Any

from sandbox.plugins.kubernetes.ownership import keep_ignored, must_force, take_over


def entry(manager: str, operation: str = "Update", subresource: str = "", **fields: Any) -> dict[str, Any]:
    found = {"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsV1": fields}
    return {**found, "subresource": subresource} if subresource else found


SPEC_A = {"f:spec": {"f:a": {}}}
SPEC_B = {"f:spec": {"f:b": {}}}


def test_what_was_created_is_taken_over() -> None:
    others = entry("kubelet", **SPEC_B)
    assert take_over([entry("pulumi-kubernetes", **SPEC_A), others], "mine") == [
        entry("mine", "Apply", **SPEC_A),
        others,
    ]


def test_fields_of_several_managers_are_joined() -> None:
    managed = [
        entry("mine", "Apply", **SPEC_A),
        entry("kubectl-edit", **SPEC_B),
        entry("kubectl", "Apply", **{"f:data": {}}),
    ]
    assert take_over(managed, "mine") == [entry("mine", "Apply", **{"f:spec": {"f:a": {}, "f:b": {}}, "f:data": {}})]
    assert managed[0] == entry("mine", "Apply", **SPEC_A)  # untouched


def test_nothing_to_take_over() -> None:
    managed = [entry("mine", "Apply"), entry("kubectl", subresource="scale"), entry("argo", "Apply")]
    assert take_over(managed, "mine") is None


def test_force_for_unrecorded_objects_and_in_previews_of_a_take_over() -> None:
    assert must_force([], preview=False)
    created = [entry("pulumi-kubernetes")]
    assert must_force(created, preview=True)
    assert not must_force(created, preview=False)
    assert not must_force([entry("kubectl", subresource="scale")], preview=True)


def live(*managed: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"managedFields": list(managed)}, "spec": {"a": "live", "b": "live"}}


def test_an_ignored_field_of_another_manager_is_not_sent() -> None:
    wanted = {"spec": {"a": 1, "b": 2}}
    assert keep_ignored(wanted, live(entry("scaler", **SPEC_A)), [("spec", "a")], "mine") == {"spec": {"b": 2}}
    assert wanted == {"spec": {"a": 1, "b": 2}}  # untouched


def test_an_ignored_field_of_our_own_is_sent_as_it_is() -> None:
    both = live(entry("scaler", **SPEC_A), entry("mine", "Apply", **SPEC_A))
    assert keep_ignored({"spec": {"a": 1}}, both, [("spec", "a")], "mine") == {"spec": {"a": "live"}}
    assert keep_ignored({}, live(), [("spec", "a")], "mine") == {"spec": {"a": "live"}}


def test_ignored_paths_that_do_not_exist_or_lead_through_lists_change_nothing() -> None:
    wanted = {"spec": {"a": 1}}
    for path in (("spec", "none"), ("none", "x"), ("spec", 0), ("spec", "*")):
        assert keep_ignored(wanted, live(), [path], "mine") == wanted
