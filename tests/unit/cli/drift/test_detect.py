"""From the engine's events to lines: what is reported of each resource, and what must never be."""

import json
from typing import Any

import pytest
from pulumi.automation.events import EngineEvent

from cli.automation import errors
from cli.drift.detect import OBJECT, Line, lines
from cli.drift.events import resources
from cli.drift.paths import ABSENT
from cli.drift.report import document, text

OWN = "pulumi-kubernetes-1234"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "hidden-before"}
Object = dict[str, Any]


def urn(kind: str, name: str, chain: str = "") -> str:
    return f"urn:pulumi:dev::ollama-librechat::{chain}{kind}::{name}"


DEPLOYMENT = urn("kubernetes:apps/v1:Deployment", "ollama-deployment", "ollama-librechat:index:Ollama$")


def manifest(kind: str = "Deployment", version: str = "apps/v1", **more: Any) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "ollama", "namespace": "inference"}, **more}


def live(inputs: Object, *entries: Object) -> Object:
    return {**inputs, "metadata": {**inputs["metadata"], "managedFields": list(entries)}, "__fieldManager": OWN}


def edited(fields: Object, manager: str = "kubectl-edit") -> Object:
    return {"manager": manager, "operation": "Update", "time": "2026-02-01T00:00:00Z", "fieldsV1": fields}


def state(inputs: Object | None, outputs: Object | None = None, custom: bool = True) -> Object | None:
    return None if inputs is None else {"custom": custom, "inputs": inputs, "outputs": outputs or {}}


def refresh(name: str, old: Object | None, new: Object | None) -> Object:
    return {"resOutputsEvent": {"metadata": {"op": "refresh", "urn": name, "old": old, "new": new}}}


def plan(name: str, op: str, new: Object | None, old: Object | None = None, diff: tuple[str, ...] = ()) -> Object:
    detailed = {path: {"diffKind": "update"} for path in diff}
    metadata = {"op": op, "urn": name, "old": old, "new": new, "detailedDiff": detailed}
    return {"resourcePreEvent": {"metadata": metadata}}


def found(*events: Object) -> list[Line]:
    return lines(resources(map(EngineEvent.from_json, events)))


def same(name: str, wanted: Object, now: Object) -> tuple[Object, Object]:
    return refresh(name, state(wanted, live(wanted)), state(wanted, now)), plan(name, "same", state(wanted))


def test_an_addition_to_what_the_engine_would_leave_as_it_is() -> None:
    policy = urn("kubernetes:networking.k8s.io/v1:NetworkPolicy", "p")
    wanted = manifest("NetworkPolicy", "networking.k8s.io/v1", spec={"ingress": []})
    now = live({**wanted, "spec": {"ingress": [{}]}}, edited({"f:spec": {"f:ingress": {}}}, "kubectl-patch"))
    (line,) = found(*same(policy, wanted, now))
    assert (line.kind, line.namespace, line.name, line.field) == (
        "NetworkPolicy",
        "inference",
        "ollama",
        "spec.ingress[0]",
    )
    assert line.added == (("spec", "ingress", 0), {})
    assert line.own == OWN


def test_a_changed_field_is_told_once() -> None:
    wanted = manifest(spec={"replicas": 1})
    scaled = {**wanted, "spec": {"replicas": 3}}
    now = live(scaled, edited({"f:spec": {"f:replicas": {}}}))
    (line,) = found(
        refresh(DEPLOYMENT, state(wanted, live(wanted)), state(scaled, now)),
        plan(DEPLOYMENT, "update", state(wanted), state(scaled, now), ("spec.replicas",)),
    )
    assert (line.field, line.wanted, line.live, line.cause) == ("spec.replicas", 1, 3, "cluster")
    assert line.added is None


def test_a_deleted_object() -> None:
    wanted = manifest("Service", "v1")
    service = urn("kubernetes:core/v1:Service", "s")
    (line,) = found(refresh(service, state(wanted, live(wanted)), None), plan(service, "create", state(wanted)))
    assert (line.field, line.live, line.cause) == (OBJECT, ABSENT, "cluster")


def test_objects_of_settings_that_are_not_deployed_yet() -> None:
    wanted = manifest("Service", "v1")
    new, old = urn("kubernetes:core/v1:Service", "new"), urn("kubernetes:core/v1:Service", "old")
    found_lines = found(
        refresh(old, state(wanted, live(wanted)), state(wanted, live(wanted))),
        plan(new, "create", state(wanted)),
        plan(old, "delete", None, state(wanted)),
    )
    assert {(line.wanted, line.live is ABSENT, line.cause) for line in found_lines} == {
        (ABSENT, False, "settings"),
        ("there", True, "settings"),
    }


def test_components_and_providers_are_no_objects() -> None:
    component, provider = urn("ollama-librechat:index:Ollama", "o"), "urn:pulumi:dev::x::pulumi:providers:kubernetes::k"
    events = [plan(component, "create", state({}, custom=False)), plan(provider, "update", state({}))]
    assert found(*events) == []


@pytest.mark.parametrize(
    ("entry", "then", "cause", "manager"),
    [
        (edited({"f:data": {"f:KEY": {}}}, "kubectl-patch"), (), "cluster", "kubectl-patch"),
        (edited({"f:data": {"f:KEY": {}}}, OWN), (), "settings", None),
        (edited({}), (edited({"f:data": {"f:KEY": {}}}, OWN),), "cluster", None),  # removed
        (edited({}), (), "settings", None),  # new
    ],
)
def test_a_changed_secret_is_told_without_its_value(
    entry: Object, then: tuple[Object, ...], cause: str, manager: str | None
) -> None:
    secret = urn("kubernetes:core/v1:Secret", "s")
    wanted = manifest("Secret", "v1", data=SECRET)
    now = live(wanted, entry)
    (line,) = found(
        refresh(secret, state(wanted, live(wanted, *then)), state(wanted, now)),
        plan(secret, "update", state(wanted), None, ("data.KEY",)),
    )
    assert (line.field, line.wanted, line.live, line.cause) == ("data.KEY", "[secret]", "[secret]", cause)
    assert (line.manager.name if line.manager else None) == manager
    assert "hidden-before" not in "\n".join(text([line])) + json.dumps(document("dev", [line]))


REFERENCE = {"name": "CREDS_KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "CREDS_KEY"}}}
CONTAINER = 'k:{"name":"c"}'


def env_fields(name: str, fields: Object) -> Object:
    return {"f:spec": {"f:containers": {CONTAINER: {"f:env": {f'k:{{"name":"{name}"}}': fields}}}}}


@pytest.mark.parametrize(
    ("before", "after", "fields"),
    [
        # A reference that somebody replaced with the secret itself.
        ([REFERENCE], [{"name": "CREDS_KEY", "value": "s3cr3t-text"}], env_fields("CREDS_KEY", {"f:value": {}})),
        # An added variable.
        ([], [{"name": "OPENAI_API_KEY", "value": "s3cr3t-text"}], env_fields("OPENAI_API_KEY", {".": {}})),
        # A value that looks like a secret.
        ([], [{"name": "X", "value": "https://user:s3cr3t-text@host"}], env_fields("X", {".": {}})),
        (
            [{"name": "PROXY_PASSWORD", "value": "old"}],
            [{"name": "PROXY_PASSWORD", "value": "s3cr3t-text"}],
            env_fields("PROXY_PASSWORD", {"f:value": {}}),
        ),
    ],
)
def test_what_may_be_a_secret_in_a_live_object_is_not_told(
    before: list[Object], after: list[Object], fields: Object
) -> None:
    keep = {"name": "KEEP", "value": "1"}
    wanted = manifest(spec={"containers": [{"name": "c", "env": [keep, *before]}]})
    now = {**wanted, "spec": {"containers": [{"name": "c", "env": [keep, *after]}]}}
    own = edited(env_fields("KEEP", {".": {}, "f:name": {}, "f:value": {}}), OWN)
    found_lines = found(*same(DEPLOYMENT, wanted, live(now, own, edited(fields))))
    assert found_lines
    told = "\n".join(text(found_lines)) + json.dumps(document("dev", found_lines)) + repr(found_lines)
    assert "s3cr3t-text" not in told
    assert "[secret]" in told


def test_a_value_that_is_not_known_in_a_preview_is_no_difference() -> None:
    wanted = manifest(spec={"claim": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"})
    before = manifest(spec={"claim": "ollama-data"})
    assert (
        found(
            refresh(DEPLOYMENT, state(before, live(before)), state(before, live(before))),
            plan(DEPLOYMENT, "update", state(wanted), None, ("spec.claim",)),
        )
        == []
    )


def test_text_has_one_line_a_difference() -> None:
    wanted = manifest(spec={"replicas": 1, "note": "a" * 200})
    changed = {**wanted, "spec": {"replicas": 3, "note": "b\n" * 100}}
    fields = {"f:spec": {"f:replicas": {}, "f:note": {}}}
    heading, *rows = text(found(*same(DEPLOYMENT, wanted, live(changed, edited(fields)))))
    assert heading.split() == ["OBJECT", "FIELD", "WANTED", "LIVE", "CHANGED", "BY", "AT"]
    assert rows[0].split() == [
        "Deployment",
        "inference/ollama",
        "spec.replicas",
        "1",
        "3",
        "kubectl-edit",
        "2026-02-01T00:00:00Z",
    ]
    assert len(rows) == 2
    assert not any("\n" in row for row in rows)
    assert "…" in rows[1]


def test_the_document_has_whole_values() -> None:
    wanted = manifest(spec={"note": "a" * 200})
    changed = {**wanted, "spec": {"note": "b" * 200}}
    now = live(changed, edited({"f:spec": {"f:note": {}}}))
    (entry,) = document("dev", found(*same(DEPLOYMENT, wanted, now)))["drift"]
    assert entry == {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "namespace": "inference",
        "name": "ollama",
        "field": "spec.note",
        "cause": "cluster",
        "changedBy": "kubectl-edit",
        "operation": "Update",
        "subresource": "",
        "changedAt": "2026-02-01T00:00:00Z",
        "wanted": "a" * 200,
        "live": "b" * 200,
    }


def test_errors_of_the_engine_are_told_once_and_without_its_marks() -> None:
    event = {"diagnosticEvent": {"severity": "error", "message": "<{%reset%}>error: it broke<{%reset%}>\n"}}
    warning = {"diagnosticEvent": {"severity": "warning", "message": "careful"}}
    assert errors(list(map(EngineEvent.from_json, [event, warning, event]))) == ["it broke"]
