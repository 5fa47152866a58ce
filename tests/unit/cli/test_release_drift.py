"""Drift of a Helm release: what counts as a difference, and what does not."""

import base64
import copy
import gzip
import json
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.release_drift import HIDDEN, Record, decode, differences, manifest_objects

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "ollama-helm", "labels": {"app.kubernetes.io/name": "ollama-helm"}},
    "spec": {
        "replicas": 1,
        "strategy": {"type": "Recreate"},
        "template": {
            "spec": {
                "containers": [
                    {
                        "name": "ollama",
                        "image": "ollama/ollama:0.32.15",
                        "args": None,
                        "env": [{"name": "HOME", "value": "/home"}, {"name": "EMPTY", "value": ""}],
                        "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}},
                    }
                ],
                "volumes": [],
            }
        },
    },
}


def as_the_server_has_it() -> dict[str, Any]:
    """The object with the defaults, the status and the spelling of the API server."""
    live = copy.deepcopy(DEPLOYMENT)
    live["metadata"] |= {
        "namespace": "ollama",
        "uid": "1",
        "annotations": {"deployment.kubernetes.io/revision": "3", "meta.helm.sh/release-name": "ollama-helm"},
    }
    live["status"] = {"readyReplicas": 1}
    live["spec"]["revisionHistoryLimit"] = 10
    pod = live["spec"]["template"]["spec"]
    pod |= {"dnsPolicy": "ClusterFirst"}
    del pod["volumes"]
    container = pod["containers"][0]
    del container["args"]
    container["env"] = [{"name": "EMPTY"}, {"name": "HOME", "value": "/home"}]
    container |= {"imagePullPolicy": "IfNotPresent", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}
    return live


def told(wanted: dict[str, Any], live: dict[str, Any] | None) -> list[str]:
    return [str(found) for found in differences(wanted, live, "ollama")]


def test_what_the_api_server_adds_is_no_drift() -> None:
    assert told(DEPLOYMENT, as_the_server_has_it()) == []


def test_an_object_that_is_gone_is_told() -> None:
    assert told(DEPLOYMENT, None) == ["Deployment ollama/ollama-helm: is missing"]


def edited(change: Any) -> list[str]:
    live = as_the_server_has_it()
    change(live["spec"])
    return told(DEPLOYMENT, live)


def test_a_changed_field_is_told_with_both_values() -> None:
    where = "Deployment ollama/ollama-helm: spec"
    assert edited(lambda spec: spec.update(replicas=3)) == [f"{where}.replicas is 3, the release says 1"]
    assert edited(lambda spec: spec["strategy"].update(type="RollingUpdate")) == [
        f'{where}.strategy.type is "RollingUpdate", the release says "Recreate"'
    ]


def test_a_variable_that_was_added_changed_or_removed_is_told() -> None:
    def edit(spec: dict[str, Any]) -> None:
        spec["template"]["spec"]["containers"][0]["env"] = [
            {"name": "EMPTY"},
            {"name": "HOME", "value": "/tmp"},  # noqa: S108 - a path inside a container
            {"name": "NEW", "value": "1"},
        ]

    place = "Deployment ollama/ollama-helm: spec.template.spec.containers[ollama].env"
    assert edited(edit) == [
        f'{place}[HOME].value is "/tmp", the release says "/home"',
        f'{place}[NEW] is {{"name": "NEW", "value": "1"}}, the release says not set',
    ]


def test_an_amount_that_is_another_one_is_told() -> None:
    def edit(spec: dict[str, Any]) -> None:
        spec["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] = "2Gi"

    [line] = edited(edit)
    assert 'limits.memory is "2Gi", the release says "1024Mi"' in line


def secret(**content: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **content}


def test_content_of_a_secret_is_never_told() -> None:
    wanted = secret(stringData={"password": "hunter2"})
    assert told(wanted, secret(data={"password": base64.b64encode(b"hunter2").decode()})) == []
    assert told(wanted, secret(data={"password": "b3RoZXI=", "x": "eQ=="})) == [
        f"Secret ollama/s: data.password is {HIDDEN}, the release says {HIDDEN}",
        f"Secret ollama/s: data.x is {HIDDEN}, the release says not set",
    ]


def test_a_key_added_to_a_config_map_is_told() -> None:
    wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"A": "1"}}
    live = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"A": "1", "B.x": "2"}}
    assert told(wanted, live) == ['ConfigMap ollama/c: data["B.x"] is "2", the release says not set']


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(spec=st.dictionaries(st.text(min_size=1, max_size=5), PLAIN, max_size=4))
def test_an_object_never_differs_from_itself(spec: dict[str, Any]) -> None:
    item = {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec}
    assert told(item, copy.deepcopy(item)) == []


def record(**changes: Any) -> dict[str, Any]:
    return {
        "name": "ollama-helm",
        "namespace": "ollama",
        "version": 2,
        "info": {"status": "deployed"},
        "chart": {"metadata": {"name": "ollama", "version": "1.77.0"}},
        "config": {"password": "hunter2"},
        "manifest": f"---\n# Source: ollama/templates/a.yaml\n{yaml.safe_dump(DEPLOYMENT)}---\n",
        **changes,
    }


def encoded(content: bytes) -> str:
    return base64.b64encode(base64.b64encode(content)).decode()


def test_a_record_is_read_as_helm_writes_it() -> None:
    found = decode(encoded(gzip.compress(json.dumps(record()).encode())))
    assert (found.name, found.namespace, found.revision) == ("ollama-helm", "ollama", 2)
    assert (found.status, found.chart) == ("deployed", "ollama-1.77.0")
    assert manifest_objects(found) == [DEPLOYMENT]
    assert decode(encoded(json.dumps(record()).encode())) == found  # as Helm wrote it before it compressed


@pytest.mark.parametrize("content", [b"", b"hunter2", b'{"name": "hunter2"}', b"\x1f\x8bhunter2"])
def test_what_is_no_record_is_refused_without_quoting_it(content: bytes) -> None:
    with pytest.raises(ValueError, match="no record of a Helm release") as refused:
        decode(encoded(content))
    assert "hunter2" not in str(refused.value)


def test_a_manifest_without_objects_is_empty() -> None:
    assert manifest_objects(Record("a", "b", 1, "deployed", "c-1", "---\n\n---\n")) == []
