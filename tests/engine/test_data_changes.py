"""Changes of objects that hold data, on a real engine: updates, and refusals with their reasons."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.engine.conftest import MakeStack
from tests.engine.previews import Preview, preview, side_by_side
from tests.engine.stack import Kubernetes, Stack, merged

OWNERS = ("ollama", "librechat", "mongodb", "meilisearch")
BASE: dict[str, Any] = {
    "namespaces": {"prefix": "data-"},
    "ollama": {"gpu": {"count": 0}, "pull": {"wait": False}, "pools": {"amd": {"pull": {"wait": False}}}},
    "mongodb": {"image": "docker.io/library/mongo:7.0.14"},
}


def at(key: str, *words: str) -> tuple[str, ...]:
    """Return the key path of a setting of each component, and words of the reason."""
    return (*(f"{owner}.{key}" for owner in OWNERS), *words)


CASES: dict[str, tuple[Mapping[str, Any], tuple[str, ...]]] = {
    "shrinking": (
        {owner: {"storage": {"size": "1Gi"}} for owner in OWNERS},
        at("storage.size", "has 10Gi and cannot shrink", "`mongodb.storage.existingCl"),
    ),
    "shrinking a pool": (
        {"ollama": {"pools": {"amd": {"storage": {"size": "1Gi"}}}}},
        ("ollama.pools.amd.storage.size",)
    ),
    "storage class": (
        {owner: {"storage": {"storageClassName": "fast"}} for owner in OWNERS},
        at("storage.storageClassName", "has the StorageClass standard and keeps it"),
    ),
    "access mode": (
        {owner: {"storage": {"accessMode": "ReadWriteMany"}} for owner in OWNERS},
        at("storage.accessMode", "has ReadWriteOnce and keeps it"),
    ),
    "a pool that is gone": ({"ollama": {"pools": None}}, ("ollama.pools.amd", "data-ollama/ollama-amd-data")),
    "MongoDB that skips a release": (
        {"mongodb": {"image": "docker.io/library/mongo:8.2.1"}},
        ("mongodb.image", "does not open the data of the deployed 7.0.14", "go to 8.0 first", "setFeatureCompat"),
    ),
    "MongoDB that goes back": (
        {"mongodb": {"image": "docker.io/library/mongo:6.0.20"}},
        ("mongodb.image", "stay on 7.0, or restore a backup into a new volume"),
    ),
    "Meilisearch that goes back": (
        {"meilisearch": {"image": "docker.io/getmeili/meilisearch:v1.30.0"}},
        ("meilisearch.image", "does not open the data", "derived from MongoDB", "`allowDataLoss: [meilisearch]`"),
    ),
}  # fmt: skip
UPDATES: dict[str, tuple[Mapping[str, Any], dict[str, str]]] = {
    "growing": (
        {owner: {"storage": {"size": "50Gi"}} for owner in OWNERS},
        {f"{owner}-data": "update" for owner in OWNERS},
    ),
    "the next release of MongoDB": (
        {"mongodb": {"image": "docker.io/library/mongo:8.0.26"}},
        {"mongodb-stateful-set": "update"},
    ),
    "a newer Meilisearch": (
        {"meilisearch": {"image": "docker.io/getmeili/meilisearch:v1.50.0"}},
        {"meilisearch-stateful-set": "update"},
    ),
}


@pytest.fixture(scope="module")
def base(make_stack: MakeStack) -> Stack:
    stack = make_stack("data", BASE)
    stack.up()
    return stack


@pytest.fixture(scope="module")
def previews(base: Stack) -> dict[str, Preview]:
    """Return all previews of this module, run in parallel."""
    changes = {**{name: case[0] for name, case in CASES.items()}, **{name: case[0] for name, case in UPDATES.items()}}
    settings = {name: without_empty(merged(base.settings, change)) for name, change in changes.items()}
    return dict(zip(settings, side_by_side(lambda one: preview(base, one), list(settings.values())), strict=True))


def without_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Return settings without the keys whose value is None."""
    return {
        key: without_empty(value) if isinstance(value, dict) else value
        for key, value in values.items()
        if value is not None
    }


@pytest.mark.parametrize("name", CASES)
def test_what_a_volume_or_a_store_would_not_survive_is_refused(name: str, previews: dict[str, Preview]) -> None:
    found = previews[name]
    assert found.refused, found.output
    assert [words for words in CASES[name][1] if words not in found.output] == []


@pytest.mark.parametrize("name", UPDATES)
def test_what_they_survive_is_an_update_in_place(name: str, previews: dict[str, Preview]) -> None:
    found = previews[name]
    assert not found.failed, found.output
    assert found.names == UPDATES[name][1]


def mounts_of_one_node(kubernetes: Kubernetes) -> dict[str, str]:
    """Return the update strategy of each workload that mounts a ReadWriteOnce volume, by name."""
    found: dict[str, str] = {}
    for namespace in ("data-ollama", "data-librechat"):
        claims = {
            one.metadata.name
            for one in kubernetes.core.list_namespaced_persistent_volume_claim(namespace).items
            if one.spec.access_modes == ["ReadWriteOnce"]
        }
        deployments = kubernetes.apps.list_namespaced_deployment(namespace).items
        sets = kubernetes.apps.list_namespaced_stateful_set(namespace).items
        for workload in [*deployments, *sets]:
            volumes = [volume.persistent_volume_claim for volume in workload.spec.template.spec.volumes or ()]
            if claims & {volume.claim_name for volume in volumes if volume}:
                strategy = getattr(workload.spec, "strategy", None)
                found[workload.metadata.name] = strategy.type if strategy else "StatefulSet"
    return found


def test_every_holder_of_a_volume_of_one_node_lets_go_before_the_next_pod(base: Stack, kubernetes: Kubernetes) -> None:
    del base
    assert mounts_of_one_node(kubernetes) == {
        "ollama": "Recreate",
        "ollama-amd": "Recreate",
        "librechat": "Recreate",
        "librechat-mongodb": "StatefulSet",
        "librechat-meilisearch": "StatefulSet",
    }


def test_a_rollout_of_every_holder_comes_to_its_end(base: Stack, kubernetes: Kubernetes) -> None:
    """All pods change at once; no pod waits for the volume of its predecessor."""
    base.change({owner: {"pods": {"annotations": {"example.org/roll": "yes"}}} for owner in OWNERS})
    base.up()
    for namespace, count in (("data-ollama", 2), ("data-librechat", 3)):
        pods = [pod for pod in kubernetes.pods(namespace) if "job-name" not in pod["metadata"]["labels"]]
        assert len(pods) == count
        for pod in pods:
            rolled = pod["metadata"].get("annotations", {}).get("example.org/roll") == "yes"
            assert rolled or pod["metadata"]["labels"]["app.kubernetes.io/name"] == "ollama-amd"
            assert pod["status"]["phase"] == "Running"
