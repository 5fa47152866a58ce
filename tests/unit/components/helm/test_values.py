"""Values of a chart: keys as in a manifest, images in parts, values of the settings merged last."""

from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import images
from components.helm.values import (
    initial_delay,
    labels_for_chart,
    manifest,
    merged,
    require_translated,
    split_image,
)
from tests.unit.recording import run


def test_keys_become_those_of_a_manifest_and_names_stay() -> None:
    assert manifest(
        {
            "run_as_non_root": True,
            "seccomp_profile": {"type": "RuntimeDefault"},
            "emptyDir": {},
            "limits": {"example.org/my_gpu": "1"},
            "selector": {"matchLabels": {"my_label": "a"}},
            "list": [{"mount_path": "/a"}],
        }
    ) == {
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
        "emptyDir": {},
        "limits": {"example.org/my_gpu": "1"},
        "selector": {"matchLabels": {"my_label": "a"}},
        "list": [{"mountPath": "/a"}],
    }


PART = st.from_regex(r"[a-z0-9]{1,6}", fullmatch=True)
TAG = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
DIGEST = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)


@given(
    registry=st.sampled_from(["docker.io", "mirror.example.org:5000", "localhost"]),
    path=st.lists(PART, min_size=1, max_size=3).map("/".join),
    tag=st.none() | TAG,
    digest=st.none() | DIGEST,
)
def test_the_parts_of_an_image_make_up_its_reference(
    registry: str, path: str, tag: str | None, digest: str | None
) -> None:
    reference = f"{registry}/{path}" + (f":{tag}" if tag else "") + (f"@{digest}" if digest else "")
    if images.problem(reference):
        return
    found = split_image(reference)
    assert f"{found['registry']}/{found['repository']}:{found['tag']}" == reference
    assert f"{found['name']}:{found['tag']}" == reference


def test_a_short_image_is_that_of_docker_hub() -> None:
    assert split_image("mongo:8")["name"] == "docker.io/library/mongo"


def test_a_key_that_is_not_translated_is_refused() -> None:
    assert require_translated({"a": 1}, "a", "b") == {"a": 1}
    with pytest.raises(ValueError, match="no chart value is known for host_network, shares"):
        require_translated({"shares": 1, "a": 1, "host_network": True}, "a")


def test_labels_that_charts_set_themselves_are_left_out() -> None:
    labels = {"app.kubernetes.io/name": "a", "app.kubernetes.io/managed-by": "b", "team": "c"}
    assert labels_for_chart(labels) == {"team": "c"}


def test_a_liveness_probe_waits_as_long_as_the_startup_probe_would() -> None:
    assert initial_delay({"period_seconds": 2, "failure_threshold": 60}) == 120


def test_values_are_merged_last_and_null_takes_one_out() -> None:
    extra = {"image": {"tag": "2"}, "replicaCount": None, "more": [1]}

    def with_extra(extra: dict[str, Any]) -> Any:
        def program() -> Any:
            return merged({"image": {"tag": pulumi.Output.from_input("1"), "name": "a"}, "replicaCount": 1}, extra)

        return run(program).result

    assert with_extra(extra) == {"image": {"tag": "2", "name": "a"}, "more": [1]}
    assert with_extra({}) == {"image": {"tag": "1", "name": "a"}, "replicaCount": 1}
