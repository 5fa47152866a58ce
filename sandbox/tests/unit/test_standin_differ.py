"""What an update changes, and what needs a new object."""

import copy
from typing import Any

import pytest

from sandbox.plugins.kubernetes.differ import Change, delete_first, diff, plan
from sandbox.plugins.kubernetes.immutable import immutable_fields, needs_replacement
from sandbox.plugins.kubernetes.objects import normalise, render_path
from sandbox.plugins.values import UNKNOWN

POD = {
    "containers": [{"name": "c", "image": "nginx:1", "env": [{"name": "E"}], "resources": {"requests": {"cpu": "1"}}}]
}
LIVE = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "app", "uid": "1", "resourceVersion": "7"},
    "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": {"spec": POD}},
    "status": {"readyReplicas": 1},
}
INPUTS = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "app"},
    "spec": {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "spec": {
                "hostNetwork": False,
                "containers": [
                    {
                        "name": "c",
                        "image": "nginx:1",
                        "env": [{"name": "E", "value": ""}],
                        "resources": {"requests": {"cpu": "1000m"}},
                    }
                ],
            }
        },
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The inputs with another value at a dotted path; None removes it."""
    result = copy.deepcopy(INPUTS)
    *parents, last = path.split(".")
    obj: Any = result
    for step in parents:
        obj = obj[int(step)] if isinstance(obj, list) else obj.setdefault(step, {})
    if value is None:
        del obj[last]
    else:
        obj[last] = value
    return result


def planned(wanted: dict[str, Any], ignored: list[Any] | None = None) -> dict[str, tuple[str, bool]]:
    fields = immutable_fields(wanted, config_map_mutable=False, secret_mutable=False)
    found = plan(LIVE, normalise(wanted), INPUTS, fields, ignored or [], namespaced=True)
    return {render_path(path): (change.kind, change.replace) for path, change in found.items()}


def test_nothing_changed() -> None:
    assert planned(INPUTS) == {}


@pytest.mark.parametrize(
    ("path", "value", "place", "change"),
    [
        ("spec.replicas", 2, "spec.replicas", ("update", False)),
        ("spec.replicas", None, "spec.replicas", ("delete", False)),
        ("spec.minReadySeconds", 5, "spec.minReadySeconds", ("add", False)),
        (
            "spec.template.spec.containers.0.image",
            "nginx:2",
            "spec.template.spec.containers[0].image",
            ("update", False),
        ),
        (
            "spec.template.spec.containers.0.resources.requests.cpu",
            "2",
            "spec.template.spec.containers[0].resources.requests.cpu",
            ("update", False),
        ),
        ("spec.template.spec.hostNetwork", True, "spec.template.spec.hostNetwork", ("update", False)),
        ("spec.selector.matchLabels.app", "other", "spec.selector.matchLabels.app", ("update", True)),
        ("spec.selector.matchLabels.tier", "x", "spec.selector.matchLabels.tier", ("add", True)),
        ("spec.selector", None, "spec.selector", ("delete", True)),
        ("metadata.name", "other", "metadata.name", ("update", True)),
        ("metadata.namespace", "other", "metadata.namespace", ("update", True)),
        ("metadata.labels", {"a.b/c": "d"}, "metadata.labels", ("add", False)),
        ("spec.replicas", UNKNOWN, "spec.replicas", ("update", False)),
    ],
)
def test_one_change(path: str, value: Any, place: str, change: tuple[str, bool]) -> None:
    assert planned(changed(path, value)) == {place: change}


def test_ignored_changes_are_left_out() -> None:
    wanted = changed("spec.replicas", 5)
    assert planned(wanted, [("spec", "replicas")]) == {}
    assert planned(wanted, [("spec",)]) == {}
    assert planned(wanted, [("spec", "*")]) == {}
    assert planned(wanted, [("spec", "template")]) == {"spec.replicas": ("update", False)}


def test_drift_shows_against_the_live_object() -> None:
    live = copy.deepcopy(LIVE)
    live["spec"]["replicas"] = 3  # type: ignore[index]
    assert plan(live, INPUTS, INPUTS, (), [], namespaced=True) == {("spec", "replicas"): Change("update", False)}


def test_an_empty_value_that_the_server_dropped_is_no_change_but_a_new_one_is() -> None:
    assert diff({}, {"a": False}, {"a": False}, ()) == {}
    assert diff({}, {"a": False}, {}, ()) == {("a",): Change("add", False)}
    assert diff({"a": True}, {"a": False}, {"a": False}, ()) == {("a",): Change("update", False)}


def test_lists_are_compared_element_by_element() -> None:
    assert diff({"a": [1, 2]}, {"a": [1, 3, 4]}, {}, ()) == {
        ("a", 1): Change("update", False),
        ("a", 2): Change("add", False),
    }
    assert diff({"a": [1, 2]}, {"a": [1]}, {}, ()) == {("a", 1): Change("delete", False)}


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("1", "1000m", True),
        ("1Gi", "1024Mi", True),
        ("1", 1, True),
        ("100m", "0.1", True),
        ("1G", "1Gi", False),
        ("1", "1001m", False),
        ("1", "one", False),
    ],
)
def test_quantities(old: Any, new: Any, same: bool) -> None:
    assert (diff({"requests": {"cpu": old}}, {"requests": {"cpu": new}}, {}, ()) == {}) is same
    # Elsewhere they are texts.
    assert (diff({"labels": {"cpu": old}}, {"labels": {"cpu": new}}, {}, ()) == {}) is (old == new)


def test_true_is_not_one() -> None:
    assert diff({"a": 1}, {"a": True}, {}, ()) == {("a",): Change("update", False)}


def test_delete_first_only_for_a_fixed_name_in_the_same_place() -> None:
    fixed = {"metadata": {"name": "a", "namespace": "n"}}
    generated = {"metadata": {**fixed["metadata"], "annotations": {"pulumi.com/autonamed": "true"}}}
    assert delete_first(fixed, fixed)
    assert not delete_first(generated, fixed)
    assert not delete_first({"metadata": {"name": "b", "namespace": "n"}}, fixed)
    assert not delete_first({"metadata": {"name": "a", "namespace": "m"}}, fixed)


@pytest.mark.parametrize(
    ("obj", "mutable", "field", "immutable"),
    [
        ({"apiVersion": "v1", "kind": "ConfigMap"}, False, "data", True),
        ({"apiVersion": "v1", "kind": "ConfigMap"}, True, "data", False),
        ({"apiVersion": "v1", "kind": "ConfigMap", "immutable": True}, True, "data", True),
        ({"apiVersion": "v1", "kind": "Secret"}, False, "data", True),
        ({"apiVersion": "v1", "kind": "Secret"}, True, "data", False),
        ({"apiVersion": "v1", "kind": "Secret"}, True, "type", True),
        ({"apiVersion": "v1", "kind": "PersistentVolumeClaim"}, True, "spec.storageClassName", True),
        ({"apiVersion": "v1", "kind": "PersistentVolumeClaim"}, True, "spec.resources", False),
        ({"apiVersion": "v1", "kind": "Service"}, True, "spec.clusterIP", True),
        ({"apiVersion": "v1", "kind": "Service"}, True, "spec.type", False),
        ({"apiVersion": "apps/v1", "kind": "StatefulSet"}, True, "spec.serviceName", True),
        ({"apiVersion": "apps/v1", "kind": "StatefulSet"}, True, "spec.template", False),
        ({"apiVersion": "batch/v1", "kind": "Job"}, True, "spec.template", True),
        ({"apiVersion": "example.com/v1", "kind": "Deployment"}, True, "spec.selector", False),
        ({"apiVersion": "example.com/v1", "kind": "Deployment"}, True, "metadata.name", True),
    ],
)
def test_immutable_fields(obj: dict[str, Any], mutable: bool, field: str, immutable: bool) -> None:
    fields = immutable_fields(obj, config_map_mutable=mutable, secret_mutable=mutable)
    assert needs_replacement(tuple(field.split(".")), "x", fields) is immutable


def test_a_change_above_an_immutable_field_counts_if_it_contains_it() -> None:
    fields = ("spec.containers.*.image",)
    assert needs_replacement(("spec", "containers", 0, "image"), "x", fields)
    assert needs_replacement(("spec", "containers"), [{"image": "x"}], fields)
    assert needs_replacement(("spec",), {"containers": [{"name": "c"}, {"image": "x"}]}, fields)
    assert not needs_replacement(("spec",), {"containers": [{"name": "c"}]}, fields)
    assert not needs_replacement(("spec", "containers", 0, "name"), "x", fields)
