"""Helm's record of a release, and which changes of its objects count as a difference."""

import base64
import copy
import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cli.drift.detect import Line
from cli.drift.helm import Record, as_stored, decode, manifest_objects
from cli.drift.paths import ABSENT
from cli.drift.releases import object_lines
from cli.drift.report import document, text
from tests.unit.cli.drift.test_compare import by, fields_of

RELEASE = ("ollama", "ollama-helm")

DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "ollama-helm", "labels": {"app.kubernetes.io/name": "ollama-helm"}},
    "spec": {
        "replicas": 1,
        "progressDeadlineSeconds": None,
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
    """Return the object with the API server's defaults, status and normalisation."""
    live = copy.deepcopy(DEPLOYMENT)
    live["metadata"] |= {
        "namespace": "ollama",
        "uid": "1",
        "annotations": {"deployment.kubernetes.io/revision": "3", "meta.helm.sh/release-name": "ollama-helm"},
    }
    live["status"] = {"readyReplicas": 1}
    live["spec"] |= {"revisionHistoryLimit": 10, "progressDeadlineSeconds": 600}
    pod = live["spec"]["template"]["spec"]
    pod |= {"dnsPolicy": "ClusterFirst"}
    del pod["volumes"]
    container = pod["containers"][0]
    del container["args"]
    container["env"] = [{"name": "EMPTY"}, {"name": "HOME", "value": "/home"}]
    container |= {"imagePullPolicy": "IfNotPresent", "resources": {"limits": {"cpu": "1", "memory": "1Gi"}}}
    return live


def live_with(wanted: dict[str, Any], *others: dict[str, Any], live: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return an object as stored after Helm applied it and others changed something."""
    result = copy.deepcopy(as_stored(wanted)) if live is None else live
    managers = [by("helm", fields_of(as_stored(wanted)), "2026-01-01T00:00:00Z"), *others]
    return {**result, "metadata": {**result["metadata"], "managedFields": managers}}


def drift(wanted: dict[str, Any], live: dict[str, Any] | None) -> list[Line]:
    return list(object_lines(wanted, live, RELEASE))


def told(lines: list[Line]) -> list[tuple[str, Any, Any, str]]:
    return [(line.field, line.wanted, line.live, line.manager.name if line.manager else "") for line in lines]


def test_what_the_api_server_adds_is_no_drift() -> None:
    assert drift(DEPLOYMENT, live_with(DEPLOYMENT, live=as_the_server_has_it())) == []


def test_an_object_that_is_gone_is_told() -> None:
    [line] = drift(DEPLOYMENT, None)
    assert "Deployment ollama/ollama-helm" in text([line])[1]
    assert "missing" in text([line])[1]
    [entry] = document("dev", [line])["drift"]
    assert (entry["wanted"], entry["live"], entry["field"]) == (True, False, "")


def edited(change: Callable[[dict[str, Any]], Any], fields: dict[str, Any]) -> list[Line]:
    """Change a live Deployment like kubectl, which becomes the manager of these fields of its `spec`."""
    live = as_the_server_has_it()
    change(live["spec"])
    return drift(DEPLOYMENT, live_with(DEPLOYMENT, by("kubectl-edit", {"f:spec": fields}), live=live))


def of_container(fields: dict[str, Any]) -> dict[str, Any]:
    return {"f:template": {"f:spec": {"f:containers": {'k:{"name":"ollama"}': fields}}}}


def test_a_changed_field_is_told_with_both_values_and_who_changed_it() -> None:
    [line] = edited(lambda spec: spec.update(replicas=3), {"f:replicas": {}})
    assert told([line]) == [("spec.replicas", 1, 3, "kubectl-edit")]
    assert (line.cause, line.release, line.added) == ("cluster", RELEASE, None)
    [line] = edited(lambda spec: spec["strategy"].update(type="RollingUpdate"), {"f:strategy": {"f:type": {}}})
    assert told([line]) == [("spec.strategy.type", "Recreate", "RollingUpdate", "kubectl-edit")]


def test_a_variable_that_was_added_changed_or_removed_is_told() -> None:
    def edit(spec: dict[str, Any]) -> None:
        spec["template"]["spec"]["containers"][0]["env"] = [
            {"name": "HOME", "value": "/tmp"},  # noqa: S108 - a path inside a container
            {"name": "NEW", "value": "1"},
        ]

    new = {".": {}, "f:name": {}, "f:value": {}}
    fields = of_container({"f:env": {'k:{"name":"HOME"}': {"f:value": {}}, 'k:{"name":"NEW"}': new}})
    place = "spec.template.spec.containers[ollama].env"
    assert told(edited(edit, fields)) == [
        (f"{place}[HOME].value", "/home", "/tmp", "kubectl-edit"),  # noqa: S108
        (f"{place}[EMPTY]", {"name": "EMPTY", "value": ""}, ABSENT, ""),
        (f"{place}[NEW]", ABSENT, {"name": "NEW", "value": "1"}, "kubectl-edit"),
    ]


def test_an_amount_that_is_another_one_is_told() -> None:
    def edit(spec: dict[str, Any]) -> None:
        spec["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] = "2Gi"

    [line] = edited(edit, of_container({"f:resources": {"f:limits": {"f:memory": {}}}}))
    assert line.field.endswith("limits.memory")
    assert (line.wanted, line.live) == ("1024Mi", "2Gi")


def secret(**content: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, **content}


def test_content_of_a_secret_is_never_told() -> None:
    wanted = secret(stringData={"password": "hunter2"})
    assert drift(wanted, live_with(wanted)) == []
    changed = by("kubectl-edit", {"f:data": {"f:password": {}, "f:x": {}}})
    live = live_with(wanted, changed, live=secret(data={"password": "b3RoZXI=", "x": "eQ=="}))
    assert told(drift(wanted, live)) == [
        ("data.password", "[secret]", "[secret]", "kubectl-edit"),
        ("data.x", ABSENT, "[secret]", "kubectl-edit"),
    ]


def test_a_key_added_to_a_config_map_is_told() -> None:
    wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"A": "1"}}
    live = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"A": "1", "B.x": "2"}}
    added = by("kubectl-edit", {"f:data": {"f:B.x": {}}})
    assert told(drift(wanted, live_with(wanted, added, live=live))) == [('data["B.x"]', ABSENT, "2", "kubectl-edit")]


@pytest.mark.parametrize(
    "found",
    [
        {"name": "API_KEY", "value": "hunter2hunter2"},
        {"name": "URL", "value": "https://user:hunter2hunter2@example.org"},
    ],
)
def test_what_may_be_a_secret_is_not_told(found: dict[str, Any]) -> None:
    def edit(spec: dict[str, Any]) -> None:
        spec["template"]["spec"]["containers"][0]["env"].append(found)

    lines = edited(edit, of_container({"f:env": {f'k:{{"name":"{found["name"]}"}}': {".": {}}}}))
    [line] = lines
    assert "hunter2" not in str(line.live) + "".join(text(lines)) + str(document("dev", lines))
    assert "[secret]" in "".join(text(lines))


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(spec=st.dictionaries(st.text(min_size=1, max_size=5), PLAIN, max_size=4))
def test_an_object_never_differs_from_itself(spec: dict[str, Any]) -> None:
    item = {"apiVersion": "v1", "kind": "Thing", "metadata": {"name": "a"}, "spec": spec}
    assert drift(item, live_with(item)) == []


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
    assert decode(encoded(json.dumps(record()).encode())) == found  # as written by Helm before it used compression


@pytest.mark.parametrize("content", [b"", b"hunter2", b'{"name": "hunter2"}', b"\x1f\x8bhunter2"])
def test_what_is_no_record_is_refused_without_quoting_it(content: bytes) -> None:
    with pytest.raises(ValueError, match="no record of a Helm release") as refused:
        decode(encoded(content))
    assert "hunter2" not in str(refused.value)


def test_a_manifest_without_objects_is_empty() -> None:
    assert manifest_objects(Record("a", "b", 1, "deployed", "c-1", "---\n\n---\n")) == []
