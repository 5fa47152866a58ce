"""Credentials extracted from a state and inserted into another one: what is included, left out and refused."""

import json
from typing import Any

import pytest

from cli.credentials import FORMAT, extract, generated, insert
from cli.errors import CommandError

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": '"hunter2"'}


def urn(chain: str, name: str, stack: str = "dev") -> str:
    return f"urn:pulumi:{stack}::ollama-librechat::{chain}::{name}"


ROOT = urn("pulumi:pulumi:Stack", "ollama-librechat-dev")
COMPONENT = urn("ollama-librechat:index:MongoDB", "mongodb")
PROVIDER = urn("pulumi:providers:random", "default_4_21_4")
PASSWORD = urn("ollama-librechat:index:MongoDB$random:index/randomPassword:RandomPassword", "mongodb-password")
NAMESPACE = urn("kubernetes:core/v1:Namespace", "librechat-namespace")


def resource(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"urn": name, "type": kind, "custom": kind != "pulumi:pulumi:Stack" and ":index:" not in kind, **more}


def deployment(*resources: dict[str, Any], salt: str = "old") -> dict[str, Any]:
    providers = {"type": "passphrase", "state": {"salt": salt}}
    return {"version": 3, "deployment": {"manifest": {}, "secrets_providers": providers, "resources": [*resources]}}


STATE = deployment(
    resource(ROOT, "pulumi:pulumi:Stack", outputs={"secrets": {"librechat": "x"}}),
    resource(urn("pulumi:providers:kubernetes", "kubernetes"), "pulumi:providers:kubernetes", id="k"),
    resource(NAMESPACE, "kubernetes:core/v1:Namespace", id="librechat"),
    resource(COMPONENT, "ollama-librechat:index:MongoDB", parent=ROOT, outputs={"uri": SECRET}),
    resource(PROVIDER, "pulumi:providers:random", id="1-2", inputs={"version": "4.21.4"}),
    resource(
        PASSWORD,
        "random:index/randomPassword:RandomPassword",
        id="none",
        parent=COMPONENT,
        provider=f"{PROVIDER}::1-2",
        inputs={"length": 32},
        outputs={"length": 32, "result": SECRET},
        protect=True,
        dependencies=[NAMESPACE],
        deletedWith=NAMESPACE,
    ),
    resource(urn("kubernetes:core/v1:Secret", "other"), "kubernetes:core/v1:Secret", id="o", outputs={"x": SECRET}),
)


def test_credentials_come_with_what_they_hang_on_and_nothing_else() -> None:
    saved = extract(STATE, "dev")
    assert [found["urn"] for found in saved["resources"]] == [ROOT, COMPONENT, PROVIDER, PASSWORD]
    assert generated(saved["resources"]) == ["mongodb-password"]
    password = saved["resources"][-1]
    assert password["outputs"]["result"] == SECRET
    assert password["protect"] is True
    # The engine does not read a state with dangling references.
    assert NAMESPACE not in json.dumps(saved)
    # Outputs of a component are created again; only the credentials are saved.
    assert json.dumps(saved).count("hunter2") == 1


@pytest.mark.parametrize("state", [deployment(), {"version": 3}, {"version": 3, "deployment": {}}])
def test_a_stack_without_credentials_says_so(state: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="Stack dev has no generated credentials"):
        extract(state, "dev")


@pytest.mark.parametrize("name", ["dev", "staging", "dev-2"])
def test_they_come_back_in_a_stack_of_any_name_encrypted_as_that_stack_does(name: str) -> None:
    state = insert(extract(STATE, "dev"), deployment(salt="new"), name)
    assert state["deployment"]["secrets_providers"]["state"]["salt"] == "new"
    resources = state["deployment"]["resources"]
    assert resources[0]["urn"] == urn("pulumi:pulumi:Stack", f"ollama-librechat-{name}", name)
    assert [found["urn"].split("::")[0] for found in resources] == [f"urn:pulumi:{name}"] * 4
    password = resources[-1]
    assert password["parent"] == resources[1]["urn"]
    assert password["provider"] == f"{resources[2]['urn']}::1-2"
    assert resources[1]["parent"] == resources[0]["urn"]
    assert password["outputs"]["result"] == SECRET


def test_a_stack_that_has_deployed_something_keeps_its_own() -> None:
    with pytest.raises(CommandError, match="has deployed something") as refused:
        insert(extract(STATE, "dev"), STATE, "dev")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("saved", [{}, {"format": "other", "resources": []}])
def test_another_file_is_refused(saved: dict[str, Any]) -> None:
    assert saved.get("format") != FORMAT
    with pytest.raises(CommandError, match="holds no credentials"):
        insert(saved, deployment(), "dev")
