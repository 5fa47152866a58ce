"""What counts as a difference, and who caused it."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.drift.compare import Difference, Subject, differences
from cli.drift.paths import ABSENT, render

OWN = "pulumi-kubernetes-1234"
Object = dict[str, Any]
KEYED = {"containers": ("name",), "env": ("name",), "ports": ("containerPort", "protocol")}


def fields_of(value: Any, key: str = "") -> Object:
    """Return FieldsV1 of a value as the API server writes it: by merge keys if a list has them, else as a whole."""
    if isinstance(value, dict):
        return {f"f:{name}": fields_of(entry, name) for name, entry in value.items() if entry is not None}
    if isinstance(value, list) and key in KEYED:
        return {
            "k:" + json.dumps({name: item[name] for name in KEYED[key]}): {".": {}, **fields_of(item)} for item in value
        }
    return {}


def stored(value: Any, *others: Object, completed: Object | None = None) -> Object:
    """Return a live object that this stack applied, completed by the API server, with entries of other managers."""
    live = {**copy.deepcopy(value), **(completed or {})}
    own = {"manager": OWN, "operation": "Apply", "time": "2026-01-01T00:00:00Z", "fieldsV1": fields_of(value)}
    live["metadata"] = {**live.get("metadata", {}), "managedFields": [own, *others]}
    return live


def by(manager: str, fields: Object, time: str = "2026-02-01T00:00:00Z", subresource: str = "") -> Object:
    entry = {"manager": manager, "operation": "Update", "time": time, "fieldsV1": fields}
    return {**entry, "subresource": subresource} if subresource else entry


def found(
    wanted: Object, live: Object, *, deployed: Object | None = None, recorded: Object | None = None
) -> list[Difference]:
    before = wanted if deployed is None else deployed
    return list(differences(Subject(wanted, live, before, recorded or stored(before), OWN)))


def told(items: list[Difference]) -> list[tuple[str, str, str]]:
    return [(render(item.path), item.cause, item.manager.name if item.manager else "") for item in items]


POD: Object = {
    "kind": "Deployment",
    "spec": {
        "replicas": 1,
        "template": {
            "metadata": {"labels": {"app": "ollama"}},
            "spec": {
                "containers": [
                    {
                        "name": "ollama",
                        "image": "ollama:1",
                        "command": ["ollama", "serve"],
                        "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                        "ports": [{"containerPort": 11434, "protocol": "TCP"}],
                    }
                ]
            },
        },
    },
}


def pod(live: Object) -> Object:
    return live["spec"]["template"]["spec"]["containers"][0]


def of_pod(fields: Object) -> Object:
    own = {'k:{"name":"ollama"}': fields}
    return {"f:spec": {"f:template": {"f:spec": {"f:containers": own}}}}


def test_nothing_differs_right_after_a_deployment() -> None:
    assert found(POD, stored(POD, completed={"status": {"replicas": 1}})) == []


def test_what_the_api_server_completes_is_no_difference() -> None:
    live = stored(POD)
    live["spec"]["revisionHistoryLimit"] = 10
    pod(live)["imagePullPolicy"] = "IfNotPresent"
    assert found(POD, live) == []


def test_a_changed_variable_is_found_wherever_it_stands() -> None:
    live = stored(POD, by("kubectl-edit", of_pod({"f:env": {'k:{"name":"B"}': {"f:value": {}}}})))
    pod(live)["env"] = [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]
    (item,) = found(POD, live)
    assert told([item]) == [("spec.template.spec.containers[ollama].env[B].value", "cluster", "kubectl-edit")]
    assert (item.wanted, item.live) == ("2", "3")


def test_an_added_variable_is_found() -> None:
    live = stored(POD, by("kubectl-set", of_pod({"f:env": {'k:{"name":"C"}': {".": {}, "f:name": {}}}})))
    pod(live)["env"].insert(0, {"name": "C", "value": "x"})
    (item,) = found(POD, live)
    assert told([item]) == [("spec.template.spec.containers[ollama].env[C]", "cluster", "kubectl-set")]
    assert item.wanted is ABSENT


def test_a_removed_variable_is_found_and_nobody_is_blamed() -> None:
    live = stored(POD)
    del pod(live)["env"][0]
    assert told(found(POD, live)) == [("spec.template.spec.containers[ollama].env[A]", "cluster", "")]


@pytest.mark.parametrize(
    "entry",
    [
        by("kube-controller-manager", {"f:spec": {"f:volumeName": {}}}),
        by("vendor-controller", {"f:spec": {"f:volumeName": {}}}, subresource="status"),
        by("somebody", {"f:metadata": {"f:annotations": {"f:a": {}}}}),
    ],
)
def test_what_kubernetes_completes_later_is_no_difference(entry: Object) -> None:
    wanted = {"kind": "PersistentVolumeClaim", "spec": {"accessModes": ["ReadWriteOnce"]}}
    live = stored(wanted, entry)
    live["spec"]["volumeName"] = "pvc-1"
    live["metadata"]["annotations"] = {"a": "b"}
    assert found(wanted, live) == []


def test_an_autoscaler_has_what_the_program_leaves_out_and_not_what_it_sets() -> None:
    scaled = by("kube-controller-manager", {"f:spec": {"f:replicas": {}}}, subresource="scale")
    unmanaged: Object = {"kind": "Deployment", "spec": {"paused": False}}
    live = stored(unmanaged, scaled)
    live["spec"]["replicas"] = 5
    assert found(unmanaged, live) == []
    live = stored(POD, scaled)
    live["spec"]["replicas"] = 5
    assert told(found(POD, live)) == [("spec.replicas", "cluster", "kube-controller-manager")]


RULE = {"from": [{"podSelector": {}}], "ports": [{"port": 3080}]}
POLICY: Object = {"kind": "NetworkPolicy", "spec": {"podSelector": {}, "ingress": [RULE], "policyTypes": ["Ingress"]}}


def policy(changed: Object, field: str) -> Object:
    # Applied as a whole, so that one entry owns the whole field.
    live = stored(POLICY, by("kubectl-patch", {"f:spec": {f"f:{field}": {}}}))
    live["metadata"]["managedFields"][0]["fieldsV1"] = {
        "f:spec": {f"f:{name}": {} for name in POLICY["spec"] if name != field}
    }
    live["spec"].update(changed)
    return live


def test_an_added_rule_is_found_at_either_end() -> None:
    for rules, path in (([RULE, {}], "spec.ingress[1]"), ([{}, RULE], "spec.ingress[0]")):
        (item,) = found(POLICY, policy({"ingress": rules}, "ingress"))
        assert told([item]) == [(path, "cluster", "kubectl-patch")]
        assert (item.wanted, item.live) == (ABSENT, {})


def test_what_the_api_server_completes_in_a_rule_is_no_difference() -> None:
    completed = {**RULE, "ports": [{"port": 3080, "protocol": "TCP"}]}
    assert found(POLICY, policy({"ingress": [completed]}, "ingress")) == []


def test_a_selector_that_was_everything_is_found_narrowed() -> None:
    (item,) = found(POLICY, policy({"podSelector": {"matchLabels": {"a": "b"}}}, "podSelector"))
    assert told([item]) == [("spec.podSelector.matchLabels", "cluster", "kubectl-patch")]


def test_additions_are_found_again_after_a_refresh_has_recorded_them() -> None:
    live = policy({"podSelector": {"matchLabels": {"a": "b"}}, "ingress": [RULE]}, "podSelector")
    assert len(found(POLICY, live, recorded=copy.deepcopy(live))) == 1


def test_another_order_of_a_command_is_found() -> None:
    live = stored(POD, by("kubectl-edit", of_pod({"f:command": {}})))
    pod(live)["command"] = ["serve", "ollama"]
    assert told(found(POD, live)) == [("spec.template.spec.containers[ollama].command", "cluster", "kubectl-edit")]


def test_quantities_that_the_api_server_writes_in_its_own_way() -> None:
    wanted: Object = {"kind": "ResourceQuota", "spec": {"hard": {"requests.cpu": "1000m"}}}
    live = stored(wanted)
    live["spec"]["hard"]["requests.cpu"] = "1"
    assert found(wanted, live, recorded=live) == []
    live["metadata"]["managedFields"].append(by("kubectl", {"f:spec": {"f:hard": {"f:requests.cpu": {}}}}))
    live["spec"]["hard"]["requests.cpu"] = "2"
    assert told(found(wanted, live, recorded=stored(wanted))) == [('spec.hard["requests.cpu"]', "cluster", "kubectl")]


def test_settings_that_are_not_deployed_yet_are_told_apart() -> None:
    wanted = copy.deepcopy(POD)
    wanted["spec"]["replicas"] = 2
    wanted["spec"]["minReadySeconds"] = 5
    pod(wanted)["env"].pop()
    live = stored(POD)
    assert told(found(wanted, live, deployed=POD)) == [
        ("spec.replicas", "settings", ""),
        ("spec.template.spec.containers[ollama].env[B]", "settings", ""),
        ("spec.minReadySeconds", "settings", ""),
    ]


def test_an_empty_value_that_the_api_server_does_not_store() -> None:
    wanted: Object = {"kind": "Pod", "spec": {"hostNetwork": False, "tolerations": []}}
    live = stored(wanted)
    live["spec"] = {}
    assert found(wanted, live, recorded=live) == []
    # An update that was interrupted after its refresh leaves inputs without them.
    assert found(wanted, live, recorded=live, deployed={"kind": "Pod", "spec": {}}) == []


@pytest.mark.parametrize("value", ["[secret]", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"])
def test_what_is_masked_or_not_known_yet_is_left_to_the_provider(value: str) -> None:
    wanted: Object = {"kind": "Secret", "data": value}
    assert found(wanted, stored({"kind": "Secret", "data": "[secret]"})) == []


scalars = st.one_of(st.integers(0, 9), st.booleans(), st.text("abc", min_size=1, max_size=3))
names = st.sampled_from(["a", "b", "c", "d", "e"])
objects = st.recursive(scalars, lambda below: st.dictionaries(names, below, min_size=1, max_size=4), max_leaves=12)
variables = st.dictionaries(names, st.fixed_dictionaries({"value": scalars}), min_size=1)


@st.composite
def manifests(draw: st.DrawFn) -> Object:
    env = [{"name": name, **entry} for name, entry in draw(variables).items()]
    return {"kind": "X", "spec": {"own": draw(objects), "containers": [{"name": "c", "env": env}]}}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, entry in value.items() for leaf in leaves(entry, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, entry in enumerate(value) for leaf in leaves(entry, (*path, index))]
    return [path]


def put(holder: Any, path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value


def fields_at(wanted: Any, path: tuple[Any, ...]) -> Object:
    if not path:
        return {}
    step = path[0]
    key = f"f:{step}" if isinstance(step, str) else "k:" + json.dumps({"name": wanted[step]["name"]})
    return {key: fields_at(wanted[step], path[1:])}


@given(manifests())
def test_an_object_as_it_was_applied_never_differs(wanted: Object) -> None:
    assert found(wanted, stored(wanted)) == []


@given(manifests(), st.data())
def test_every_changed_field_is_found_alone_with_its_manager(wanted: Object, data: st.DataObject) -> None:
    changeable = [path for path in leaves(wanted["spec"], ("spec",)) if path[-1] != "name"]
    path = data.draw(st.sampled_from(changeable))
    live = stored(wanted, by("kubectl-edit", fields_at(wanted, path)))
    put(live, path, "changed")
    (item,) = found(wanted, live)
    assert (item.live, item.cause) == ("changed", "cluster")
    assert item.manager is not None
    assert item.manager.name == "kubectl-edit"


@given(manifests(), st.data())
def test_every_removed_field_is_found(wanted: Object, data: st.DataObject) -> None:
    changeable = [path for path in leaves(wanted["spec"], ("spec",)) if path[-1] != "name"]
    path = data.draw(st.sampled_from(changeable))
    live = stored(wanted)
    holder: Any = live
    for step in path[:-1]:
        holder = holder[step]
    del holder[path[-1]]
    (item,) = found(wanted, live)
    assert item.live is ABSENT
    assert item.cause == "cluster"
