"""Paths of fields in an object."""

import pytest

from cli.drift.paths import ABSENT, Item, Key, Path, descend, parse, pointer, render

OBJECT = {
    "metadata": {"annotations": {"a/b~c": "x"}},
    "spec": {
        "containers": [{"name": "ollama", "env": [{"name": "A", "value": "1"}, {"name": "B"}]}],
        "ports": [{"port": 53, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}],
        "finalizers": ["one", "two"],
        "empty": None,
    },
}
CONTAINER = Key((("name", "ollama"),))
UDP = Key((("port", 53), ("protocol", "UDP")))


@pytest.mark.parametrize(
    ("path", "value", "where", "text"),
    [
        (("spec", "containers", CONTAINER, "env", Key((("name", "B"),)), "name"), "B", None, None),
        (
            ("spec", "containers", CONTAINER, "env", Key((("name", "A"),)), "value"),
            "1",
            "/spec/containers/0/env/0/value",
            "spec.containers[ollama].env[A].value",
        ),
        (("spec", "ports", UDP, "port"), 53, "/spec/ports/1/port", "spec.ports[port=53,protocol=UDP].port"),
        (("spec", "finalizers", Item("two")), "two", "/spec/finalizers/1", "spec.finalizers[two]"),
        (("spec", "finalizers", 0), "one", "/spec/finalizers/0", "spec.finalizers[0]"),
        (("metadata", "annotations", "a/b~c"), "x", "/metadata/annotations/a~1b~0c", 'metadata.annotations["a/b~c"]'),
        (("spec", "empty"), None, "/spec/empty", "spec.empty"),
    ],
)
def test_a_path_leads_to_its_value(path: Path, value: object, where: str | None, text: str | None) -> None:
    assert descend(OBJECT, path) == value
    if where:
        assert pointer(OBJECT, path) == where
        assert render(path) == text


@pytest.mark.parametrize(
    "path",
    [
        ("spec", "missing"),
        ("spec", "containers", Key((("name", "x"),)), "env"),
        ("spec", "containers", 3),
        ("spec", "finalizers", Item("three")),
        ("spec", "empty", "deeper"),
        ("metadata", 0),
    ],
)
def test_what_is_not_there(path: Path) -> None:
    assert descend(OBJECT, path) is ABSENT
    with pytest.raises(KeyError):
        pointer(OBJECT, path)


def test_a_key_matches_an_item_that_leaves_a_field_to_its_default() -> None:
    assert Key((("port", 80), ("protocol", "TCP"))).matches({"port": 80})
    assert not Key((("port", 80), ("protocol", "TCP"))).matches({"port": 80, "protocol": "UDP"})
    assert not Key((("name", "a"),)).matches({"other": "a"})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("spec.replicas", ("spec", "replicas")),
        ("spec.containers[0].env[13].value", ("spec", "containers", 0, "env", 13, "value")),
        ('metadata.labels["app.kubernetes.io/name"]', ("metadata", "labels", "app.kubernetes.io/name")),
        (r'data["a\"b"]', ("data", 'a"b')),
    ],
)
def test_paths_of_the_engine(text: str, path: Path) -> None:
    assert parse(text) == path
