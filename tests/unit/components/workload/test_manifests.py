"""Pure helpers for Kubernetes objects."""

from hypothesis import given
from hypothesis import strategies as st

from components.workload import manifests
from components.workload.settings import Amounts, Resources

LABELS = st.dictionaries(st.sampled_from(["app.kubernetes.io/name", "app.kubernetes.io/part-of", "team"]), st.text())


@given(LABELS)
def test_no_label_of_ones_own_replaces_one_that_selects(extra: dict[str, str]) -> None:
    found = manifests.labels("ollama", "inference", extra)
    assert manifests.selector("ollama").items() <= found.items()
    assert found["app.kubernetes.io/component"] == "inference"
    assert found["app.kubernetes.io/managed-by"] == "pulumi"
    assert set(extra) <= set(found)


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_checksums_differ_exactly_when_contents_do(first: list[str], second: list[str]) -> None:
    same = manifests.checksum(*first) == manifests.checksum(*second)
    assert same is (first == second)
    assert len(manifests.checksum(*first)) == 32


def test_checksums_keep_contents_apart() -> None:
    assert manifests.checksum("ab", "c") != manifests.checksum("a", "bc")
    assert manifests.checksum("a") == manifests.checksum("a")


def test_environment_is_in_the_order_of_names() -> None:
    expected = [{"name": "A", "value": "2"}, {"name": "B", "value": "1"}]
    assert manifests.environment({"B": "1", "A": "2"}) == expected
    assert manifests.environment({"A": "2", "B": "1"}) == expected


def test_resources_hold_what_is_set_and_nothing_else() -> None:
    assert manifests.container_resources(Resources()) == {}
    requests = Resources(requests=Amounts(cpu="1"))
    assert manifests.container_resources(requests) == {"requests": {"cpu": "1"}}
    assert manifests.container_resources(requests, {"nvidia.com/gpu": "1"}) == {
        "requests": {"cpu": "1"},
        "limits": {"nvidia.com/gpu": "1"},
    }


def test_the_volumes_owner_is_the_group_of_the_pod() -> None:
    context = manifests.pod_security_context(999)
    assert (context["run_as_user"], context["run_as_group"], context["fs_group"]) == (999, 999, 999)  # type: ignore[typeddict-item]
    assert manifests.pod_security_context(1, 2)["fs_group"] == 2  # type: ignore[typeddict-item]


def test_mounts_say_only_what_differs() -> None:
    assert manifests.mount("a", "/a") == {"name": "a", "mount_path": "/a"}
    assert manifests.mount("a", "/a", sub_path="x", read_only=True) == {
        "name": "a", "mount_path": "/a", "sub_path": "x", "read_only": True,
    }  # fmt: skip


def test_every_container_is_restricted_and_leaves_its_last_words() -> None:
    found = manifests.base_container("a", "b:1", Resources(limits=Amounts(memory="1Gi")), {"nvidia.com/gpu": "1"})
    assert found == {
        "name": "a",
        "image": "b:1",
        "resources": {"limits": {"memory": "1Gi", "nvidia.com/gpu": "1"}},
        "security_context": manifests.security_context(),
        "termination_message_policy": "FallbackToLogsOnError",
    }
