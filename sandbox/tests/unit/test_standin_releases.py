"""A Helm release in the stand-in: Helm's arguments, differences, the state, and where secrets may not be."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.plugins.kubernetes import releases
from sandbox.plugins.kubernetes.helm import absolute
from sandbox.plugins.kubernetes.release import hidden
from sandbox.plugins.values import Secret, reveal

INPUTS: dict[str, Any] = {
    "name": "web",
    "namespace": "apps",
    "chart": "web",
    "version": "1.2.3",
    "repositoryOpts": {"repo": "https://charts.example.org"},
    "values": {"password": "hunter2", "replicaCount": 1},
    "atomic": True,
    "cleanupOnFail": True,
    "maxHistory": 5,
    "timeout": 90,
}
RECORD: dict[str, Any] = {
    "name": "web",
    "namespace": "apps",
    "version": 4,
    "info": {"status": "deployed"},
    "chart": {"metadata": {"name": "web", "version": "1.2.3", "appVersion": "9"}},
    "config": {"password": "hunter2", "replicaCount": 3},
    "manifest": "---\napiVersion: v1\nkind: Service\nmetadata: {name: b, namespace: apps}\n---\n---\n"
    "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n",
}


def test_helm_is_told_everything_but_the_values() -> None:
    install, upgrade = releases.install_arguments(INPUTS), releases.upgrade_arguments(INPUTS)
    located = ["--version", "1.2.3", "--repo", "https://charts.example.org", "--namespace", "apps"]
    assert install == ["install", "web", "web", *located, "--atomic", "--timeout=90s", "--wait"]
    assert upgrade == [
        *["upgrade", "web", "web", *located, "--atomic", "--cleanup-on-fail", "--timeout=90s", "--wait"],
        "--history-max=5",
    ]
    assert "hunter2" not in " ".join([*install, *upgrade, *releases.uninstall_arguments(INPUTS)])


def test_nobody_waits_where_the_release_says_so() -> None:
    inputs = {**INPUTS, "skipAwait": True, "atomic": False}
    assert "--wait" not in releases.install_arguments(inputs)
    assert "--wait" not in releases.uninstall_arguments(inputs)
    assert "--wait" in releases.uninstall_arguments({**inputs, "atomic": True})


def test_what_only_the_official_plugin_does_is_named() -> None:
    inputs = {**INPUTS, "verify": True, "postrender": "", "repositoryOpts": {"repo": "r", "password": "hunter2"}}
    assert list(releases.unsupported(inputs)) == ["verify", "repositoryOpts.password"]
    assert list(releases.unsupported(INPUTS)) == []


def test_defaults_are_those_of_the_official_plugin() -> None:
    assert releases.completed({"name": "a", "compat": "true"}, "default") == {
        "name": "a",
        "namespace": "default",
        "timeout": 300,
    }
    assert "timeout" not in releases.completed({"name": "a", "skipAwait": True}, "default")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, []),
        ({"version": "2.0.0"}, [(("version",), "update", False)]),
        ({"values": {"password": "hunter2", "replicaCount": 2}}, [(("values", "replicaCount"), "update", False)]),
        ({"values": {"password": "hunter2"}}, [(("values", "replicaCount"), "delete", False)]),
        ({"name": "other"}, [(("name",), "update", True)]),
        ({"namespace": "other"}, [(("namespace",), "update", True)]),
        ({"skipCrds": True}, [(("skipCrds",), "add", False)]),
    ],
)
def test_differences(change: dict[str, Any], found: list[Any]) -> None:
    assert list(releases.changes(INPUTS, {**INPUTS, **change})) == found


def test_the_state_has_what_helm_has_and_keeps_secrets_secret() -> None:
    source = {**INPUTS, "values": {"password": Secret("hunter2"), "replicaCount": 1}}
    state = releases.state_of(reveal(source), source, RECORD)
    assert state["values"] == {"password": Secret("hunter2"), "replicaCount": 3}
    assert state["status"]["revision"] == 4
    assert state["resourceNames"] == {"Service/v1": ["a", "apps/b"], "Deployment.apps/apps/v1": ["a"]}
    assert isinstance(state["__inputs"], Secret)
    # Somebody upgraded it by hand: the next update puts the values back.
    old = releases.last_inputs(reveal(state))
    assert list(releases.changes(old, INPUTS)) == [(("values", "replicaCount"), "update", False)]


def test_a_record_is_read_as_helm_writes_it() -> None:
    packed = base64.b64encode(gzip.compress(json.dumps(RECORD).encode()))
    assert releases.decode(base64.b64encode(packed).decode()) == RECORD


def test_a_message_of_helm_shows_no_secret() -> None:
    source = {"values": {"deep": [Secret({"password": "hunter2"})], "plain": "web"}}
    assert hidden('web: invalid value "hunter2"', source) == 'web: invalid value "[secret]"'


def test_files_of_a_kubeconfig_are_found_from_elsewhere() -> None:
    config = {
        "clusters": [{"name": "a", "cluster": {"server": "https://s", "certificate-authority": "ca.crt"}}],
        "users": [{"name": "u", "user": {"client-key": "/keys/k", "token": "t"}}],
    }
    found = absolute(config, Path("/home/a/.kube"))
    assert found["clusters"][0]["cluster"]["certificate-authority"] == "/home/a/.kube/ca.crt"
    assert found["users"][0]["user"] == {"client-key": "/keys/k", "token": "t"}
    assert absolute(config, None)["clusters"] == config["clusters"]
