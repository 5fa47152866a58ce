"""Names, normal forms and states of Kubernetes objects."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.plugins.kubernetes import objects
from sandbox.plugins.values import UNKNOWN, Secret, reveal


def test_a_name_is_generated_from_the_seed() -> None:
    names = []
    for seed in (b"1", b"1", b"2"):
        obj: dict[str, Any] = {}
        objects.assign_name(obj, {}, "web", seed, "")
        names.append(obj["metadata"]["name"])
        assert obj["metadata"]["annotations"] == {"pulumi.com/autonamed": "true"}
    assert names[0] == names[1] != names[2]
    assert names[0].startswith("web-")
    assert len(names[0]) == len("web-") + 8


def test_without_a_seed_names_differ() -> None:
    assert objects.unique_name("a-", b"") != objects.unique_name("a-", b"")


def test_the_name_of_the_program_and_the_proposed_name_win() -> None:
    given_name = {"metadata": {"name": "mine"}}
    objects.assign_name(given_name, {}, "web", b"1", "proposed")
    assert given_name == {"metadata": {"name": "mine"}}
    proposed: dict[str, Any] = {"metadata": {"annotations": {"a": "b"}}}
    objects.assign_name(proposed, {}, "web", b"1", "proposed")
    assert proposed["metadata"] == {
        "name": "proposed",
        "annotations": {"a": "b", "pulumi.com/autonamed": "true"},
    }


def test_a_generated_name_stays() -> None:
    old = {"metadata": {"name": "web-1234", "annotations": {"pulumi.com/autonamed": "true"}}}
    obj: dict[str, Any] = {"metadata": {}}
    objects.assign_name(obj, old, "web", b"1", "proposed")
    assert obj == old
    unnamed: dict[str, Any] = {"metadata": {}}
    objects.assign_name(unnamed, {"metadata": {"name": "fixed"}}, "web", b"1", "")
    assert unnamed == {"metadata": {}}


def test_an_unknown_name_is_left_alone() -> None:
    obj = {"metadata": {"name": UNKNOWN}}
    objects.assign_name(obj, {}, "web", b"1", "")
    assert obj == {"metadata": {"name": UNKNOWN}}


def test_string_data_of_a_secret_becomes_data() -> None:
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"uid": "1", "name": "s"},
        "stringData": {"a": "new", "c": UNKNOWN},
        "data": {"a": "b2xk", "b": "Y m F y\n"},
        "type": None,
    }
    assert objects.normalise(secret) == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "s"},
        "data": {"a": "bmV3", "b": "YmFy", "c": UNKNOWN},
    }
    assert "stringData" in secret  # a copy


def test_data_that_is_no_base64_is_left_for_the_api_server() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {}, "data": {"a": "%%%"}}
    assert objects.normalise(secret)["data"] == {"a": "%%%"}


def test_prune_keeps_the_shape_of_the_inputs() -> None:
    live = {"a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 1, "g": 2}, {"f": 3, "g": 4}], "h": [1]}
    assert objects.prune(live, {"b": {"c": 0}, "e": [{"f": 0}], "i": 0}) == {"b": {"c": 2}, "e": [{"f": 1}]}


def test_live_inputs_keep_empty_values_that_were_never_stored() -> None:
    inputs = {"hostNetwork": False, "hostPID": False, "env": [{"name": "E", "value": ""}], "gone": "x"}
    live = {"env": [{"name": "E"}]}
    known = {"hostPID": False, "env": [{"name": "E"}]}
    assert objects.live_inputs(live, inputs, known) == {
        "hostNetwork": False,  # dropped by the server from the start
        "env": [{"name": "E", "value": ""}],
        # hostPID was stored and somebody removed it; "gone" is gone: both are drift
    }


def test_an_imported_object_brings_no_server_fields() -> None:
    live = {
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "uid": "1",
            "managedFields": [],
            "annotations": {"deployment.kubernetes.io/revision": "1", "mine": "x"},
        },
        "spec": {"replicas": 1},
        "status": {"replicas": 1},
    }
    assert objects.imported_inputs(live) == {
        "kind": "Deployment",
        "metadata": {"name": "web", "annotations": {"mine": "x"}},
        "spec": {"replicas": 1},
    }
    assert "status" in live


def test_state_hides_all_data_of_a_secret_and_what_was_secret() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"a": "YQ=="}}
    state = objects.state_of(secret, {**secret, "metadata": {"name": "s", "uid": "1"}}, secret, "v1", "me")
    assert state["data"] == Secret({"a": "YQ=="})
    assert state["__inputs"]["data"] == Secret({"a": "YQ=="})

    plain = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "m"}, "data": {"a": "1", "b": "2"}}
    source = {**plain, "data": {"a": Secret("1"), "b": "2"}}
    state = objects.state_of(plain, plain, source, "v1", "me")
    assert state["data"] == {"a": Secret("1"), "b": "2"}
    assert objects.split_state(reveal(state)) == (plain, plain)


def test_schema_keys_are_spelled_for_the_sdk_and_back() -> None:
    schema = {"spec": [{"x-kubernetes-list-type": "map", "x-other": 1}]}
    assert objects.to_sdk(schema) == {"spec": [{"x_kubernetes_list_type": "map", "x-other": 1}]}
    assert objects.from_sdk(objects.to_sdk(schema)) == schema


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("spec.replicas", ("spec", "replicas")),
        ("spec.ports[0].name", ("spec", "ports", 0, "name")),
        ('data["a.b"]', ("data", "a.b")),
        ('data["say \\"x\\""].c', ("data", 'say "x"', "c")),
    ],
)
def test_paths(text: str, path: tuple[Any, ...]) -> None:
    assert objects.parse_path(text) == path
    assert objects.render_path(path) == text


@given(st.lists(st.integers(0, 9) | st.text(st.characters(codec="ascii", exclude_characters="\\"), min_size=1)))
def test_every_path_can_be_read_back(steps: list[Any]) -> None:
    path = ("top", *steps)
    assert objects.parse_path(objects.render_path(path)) == path


def test_wildcards_match_any_step() -> None:
    assert objects.starts_with(("spec", "ports", 3, "name"), objects.parse_path("spec.ports[*].name"))
    assert not objects.starts_with(("spec", "ports"), objects.parse_path("spec.ports[*].name"))


def test_identity() -> None:
    obj = {"metadata": {"name": "a", "namespace": "n"}}
    assert objects.identity(obj) == "n/a"
    assert objects.parse_identity("n/a") == ("n", "a")
    assert objects.parse_identity("a") == ("", "a")
    assert objects.shown({"metadata": {"name": "a", "namespace": "default"}}) == "a"
