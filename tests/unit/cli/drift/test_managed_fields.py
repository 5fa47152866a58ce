"""Who set a field, for random objects and divisions of their fields among managers."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.drift.managed_fields import Manager, is_own, list_keys, managers, merged, owner, owns, step_of
from cli.drift.paths import Item, Key, Path, Step

OWN = "pulumi-kubernetes-1234"

names = st.text("abcdefghij.-/", min_size=1, max_size=8)
plain_steps = names
keyed_steps = st.builds(lambda name: Key((("name", name),)), names)
paths = st.lists(st.one_of(plain_steps, keyed_steps), min_size=1, max_size=5).map(tuple)


def encoded(step: Step) -> str:
    if isinstance(step, Key):
        return "k:" + json.dumps(dict(step.fields), separators=(",", ":"))
    return f"v:{json.dumps(step.value)}" if isinstance(step, Item) else f"f:{step}"


def tree(found: list[Path]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for path in found:
        node = result
        for step in path:
            node = node.setdefault(encoded(step), {})
            if isinstance(step, Key):
                node["."] = {}
    return result


def is_part(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def has(own: list[Path], path: Path) -> bool:
    """Return whether the owner of these fields owns a path: a part of it, or a leaf above it."""

    def is_leaf(field: Path) -> bool:
        # Of a list item, only the named fields belong to its creator.
        return not isinstance(field[-1], Key) and not any(len(o) > len(field) and is_part(o, field) for o in own)

    return any(is_part(field, path) and (len(field) >= len(path) or is_leaf(field)) for field in own)


@given(st.lists(st.tuples(paths, st.integers(0, 2)), min_size=1, max_size=8))
def test_every_field_is_found_with_the_manager_that_has_it(assigned: list[tuple[Path, int]]) -> None:
    fields = {number: [path for path, chosen in assigned if chosen == number] for number in range(3)}
    entries = [
        Manager(f"manager-{number}", time=f"2026-01-01T00:00:0{number}Z", fields=tree(own))
        for number, own in fields.items()
    ]
    for path, _ in assigned:
        related = [number for number, own in fields.items() if has(own, path)]
        found = owner(entries, path, OWN)
        assert found is not None
        # The latest of those that own it, a part of it, or one of its parents.
        assert found.name == f"manager-{max(related)}"


@given(paths, paths)
def test_nobody_has_what_is_in_no_entry(path: Path, other: Path) -> None:
    # A leaf owns everything below it; but of a list item, only the named fields are owned.
    below_an_item = len(other) > len(path) and isinstance(path[-1], Key)
    assert owns(tree([path]), other) == (is_part(path, other) and not below_an_item)


def test_others_come_before_the_stack_and_the_latest_first() -> None:
    fields = {"f:spec": {"f:replicas": {}}}
    entries = [
        Manager("kubectl-edit", time="2026-01-01T00:00:00Z", fields=fields),
        Manager("argo", time="2026-01-02T00:00:00Z", fields=fields),
        Manager(OWN, operation="Apply", time="2026-01-03T00:00:00Z", fields=fields),
    ]
    found = owner(entries, ("spec", "replicas"), OWN)
    assert found is not None
    assert found.name == "argo"
    assert owner(entries, ("spec", "paused"), OWN) is None
    assert owner([], ("spec",), OWN) is None


def test_a_leaf_has_everything_below_it() -> None:
    fields: Mapping[str, Any] = {"f:spec": {"f:ingress": {}}}
    assert owns(fields, ("spec", "ingress", 1, "from", 0))
    assert owns(fields, ("spec",))
    assert not owns(fields, ("spec", "egress"))


def test_the_creator_is_the_stack_and_another_stack_is_not() -> None:
    assert is_own(Manager(OWN), OWN)
    assert is_own(Manager("pulumi-kubernetes"), OWN)
    assert not is_own(Manager("pulumi-kubernetes-9999"), OWN)


def test_entries_of_an_object() -> None:
    entry = {"manager": "kubectl", "operation": "Update", "subresource": "scale", "fieldsV1": {"f:spec": {}}}
    (found,) = managers({"metadata": {"managedFields": [entry]}})
    assert (found.name, found.operation, found.subresource, found.time) == ("kubectl", "Update", "scale", "")
    assert managers({"metadata": {}}) == managers({}) == []


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("f:app.kubernetes.io/name", "app.kubernetes.io/name"),
        ("f:a:b", "a:b"),
        ('k:{"port":80,"protocol":"TCP"}', Key((("port", 80), ("protocol", "TCP")))),
        ('v:"kubernetes.io/pvc-protection"', Item("kubernetes.io/pvc-protection")),
        ("i:3", 3),
    ],
)
def test_steps(text: str, step: Step) -> None:
    assert step_of(text) == step


def test_a_form_that_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="'x:1'"):
        step_of("x:1")


def test_the_merged_tree_tells_keys_of_lists() -> None:
    entries = [
        Manager("a", fields={"f:spec": {"f:ports": {".": {}, 'k:{"port":1,"protocol":"TCP"}': {".": {}}}}}),
        Manager("b", fields={"f:spec": {"f:ports": {'k:{"port":2,"protocol":"TCP"}': {".": {}}}, "f:args": {}}}),
    ]
    spec = merged(entries)["f:spec"]
    assert {key.fields[0] for key in list_keys(spec["f:ports"]) if isinstance(key, Key)} == {("port", 1), ("port", 2)}
    assert list_keys(spec["f:args"]) == []
