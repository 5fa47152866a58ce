"""Rollback: the possible revisions, and their settings."""

from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.history import Revision
from cli.rollback import choose, planned, preserving_data, refuse_loss, settings_of
from tests.unit.cli.engine import parse

HEAD = "15508e8b83889aa867cb79f05d9b8182004a77ae"


def revision(**changes: Any) -> dict[str, Any]:
    environment = changes.pop("environment", {"git.head": HEAD, "git.dirty": "false"})
    return {
        "kind": "update",
        "startTime": "2026-11-23T12:02:52.000Z",
        "message": "",
        "config": {},
        "environment": environment,
        "result": "succeeded",
        **changes,
    }


def with_config(config: dict[str, Any]) -> Revision:
    return parse([revision(config=config)])[0]


def test_a_revision_of_a_committed_tree_is_chosen() -> None:
    found = parse([revision(), revision()])
    assert choose(found, 1) is found[0]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "destroy"}, "it deployed nothing, it was a destroy"),
        ({"kind": "refresh"}, "it deployed nothing, it was a refresh"),
        ({"result": "failed"}, "it failed"),
        ({"result": "in-progress"}, "its result is in-progress"),
        ({"environment": {}}, "outside a git repository"),
        ({"environment": {"git.head": HEAD, "git.dirty": "true"}}, "uncommitted files on commit 15508e8b8388"),
    ],
)
def test_there_is_no_way_back_without_a_reason(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(CommandError) as error:
        choose(parse([revision(), revision(**changes), revision()]), 2)
    assert "revision 2" in str(error.value)
    assert reason in str(error.value)
    assert "There is one to 1, 3." in str(error.value)
    assert "Nothing was changed" in str(error.value)


def test_an_unknown_revision_is_told_with_those_that_there_are() -> None:
    with pytest.raises(CommandError, match="no revision 3: it has the revisions 1 to 2"):
        choose(parse([revision(), revision()]), 3)
    with pytest.raises(CommandError, match="nothing was deployed yet"):
        choose([], 1)


def test_settings_are_those_recorded_and_secrets_those_of_the_commit() -> None:
    found = with_config(
        {
            "shop:text": {"value": "1", "secret": False},
            "shop:empty": {"value": "", "secret": False},
            "shop:list": {"value": "[]", "objectValue": [], "secret": False},
            "shop:map": {"value": '{"a":1}', "objectValue": {"a": 1}, "secret": False},
            "shop:bool": {"value": "true", "secret": False},
            "shop:token": {"secret": True},
            "shop:lost": {"secret": True},
        }
    )
    committed = {"shop:text": "other", "shop:token": {"secure": "v1:abc"}, "shop:more": "x"}
    settings, missing = settings_of(found, committed)
    assert settings == {
        "shop:text": "1",
        "shop:empty": "",
        "shop:list": [],
        "shop:map": {"a": 1},
        "shop:bool": "true",
        "shop:token": {"secure": "v1:abc"},
    }
    assert missing == ["shop:lost"]


def test_leave_to_delete_data_does_not_hold_again() -> None:
    then = {"ollama-librechat:allowDataLoss": ["mongodb"]}
    assert preserving_data(then, {}, Path("/project")) == {"ollama-librechat:allowDataLoss": []}
    assert then == {"ollama-librechat:allowDataLoss": ["mongodb"]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [("", ""), (".sandbox/a", "/project/.sandbox/a"), ("/a", "/a"), ("~/a", str(Path("~/a").expanduser()))],
)
def test_a_kubeconfig_is_the_one_of_this_project(path: str, expected: str) -> None:
    found = preserving_data({"ollama-librechat:kubeconfig": path}, {}, Path("/project"))
    assert found == {"ollama-librechat:kubeconfig": expected}


@pytest.mark.parametrize(
    ("then", "now", "expected"),
    [
        ({"jwtRotation": 1}, {"jwtRotation": 2}, {"jwtRotation": 2}),
        ({"jwtRotation": 1}, {}, {}),
        ({"replicas": 1}, {"jwtRotation": 2}, {"replicas": 1, "jwtRotation": 2}),
    ],
)
def test_sessions_are_not_ended(then: dict[str, Any], now: dict[str, Any], expected: dict[str, Any]) -> None:
    key = "ollama-librechat:librechat"
    assert preserving_data({key: then}, {key: now}, Path()) == {key: expected}


def step(operation: str, kind: str, name: str) -> dict[str, Any]:
    urn = f"urn:pulumi:dev::shop::{kind}::{name}"
    return {"resourcePreEvent": {"metadata": {"op": operation, "type": kind, "urn": urn}}}


CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
PASSWORD = "random:index/randomPassword:RandomPassword"


@pytest.mark.parametrize("operation", ["delete", "replace", "create-replacement", "delete-replaced"])
@pytest.mark.parametrize("kind", [CLAIM, PASSWORD, "kubernetes:core/v1:Namespace"])
def test_data_and_credentials_are_not_lost(operation: str, kind: str) -> None:
    events = [{"preludeEvent": {}}, step(operation, kind, "mongodb-data")]
    with pytest.raises(CommandError, match=rf"{kind.rpartition(':')[2]} mongodb-data.*Nothing was changed"):
        refuse_loss(planned(events), 4)


@pytest.mark.parametrize("operation", ["same", "create", "update", "refresh", "read"])
def test_data_that_stays_is_no_reason(operation: str) -> None:
    refuse_loss(planned([step(operation, CLAIM, "mongodb-data"), step(operation, PASSWORD, "x")]), 4)


def test_what_holds_no_data_may_go() -> None:
    refuse_loss(planned([step("delete", "kubernetes:apps/v1:Deployment", "librechat-deployment")]), 4)
