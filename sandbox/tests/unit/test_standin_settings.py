"""Which cluster the provider works on, and which it refuses."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.cluster.kubeconfig import render_kubeconfig
from sandbox.plugins.kubernetes import settings
from sandbox.plugins.server import PluginError


def kubeconfig(server: str = "https://10.0.0.1:6443", **cluster: Any) -> dict[str, Any]:
    return {
        "current-context": "work",
        "clusters": [{"name": "c", "cluster": {"server": server, **cluster}}],
        "contexts": [{"name": "work", "context": {"cluster": "c", "user": "u", "namespace": "team"}}],
        "users": [{"name": "u", "user": {"token": "a-token"}}],
    }


def write(path: Path, config: Any) -> str:
    path.write_text(config if isinstance(config, str) else yaml.safe_dump(config))
    return str(path)


MARK = [{"name": "ollama-librechat-sandbox", "extension": {}}]


def test_contents_a_path_and_the_environment_lead_to_the_same_cluster(tmp_path: Path) -> None:
    path = write(tmp_path / "config", kubeconfig())
    found = [
        settings.find_cluster({"kubeconfig": path}, {}),
        settings.find_cluster({"kubeconfig": yaml.safe_dump(kubeconfig())}, {}),
        settings.find_cluster({"kubeconfig": kubeconfig()}, {}),
        settings.find_cluster({"kubeconfig": ""}, {"KUBECONFIG": f"{path}:/other"}),
    ]
    assert {(item.context, item.server, item.namespace) for item in found} == {
        ("work", "https://10.0.0.1:6443", "team")
    }


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "config", kubeconfig())
    with pytest.raises(PluginError, match=r"no context 'other' \(it has: work\)"):
        settings.find_cluster({"kubeconfig": path, "context": "other"}, {})
    with pytest.raises(PluginError, match="no cluster 'd'"):
        settings.find_cluster({"kubeconfig": path, "cluster": "d"}, {})
    with pytest.raises(PluginError, match="cannot be read: No such file"):
        settings.find_cluster({"kubeconfig": str(tmp_path / "none")}, {})


@pytest.mark.parametrize("content", ["", "just text", "[1]", "{a: b", "contexts: {}", "contexts: [\ntoken: hunter2"])
def test_something_else_is_no_kubeconfig_and_is_not_quoted(tmp_path: Path, content: str) -> None:
    with pytest.raises(PluginError, match="not a kubeconfig") as error:
        settings.find_cluster({"kubeconfig": write(tmp_path / "config", content)}, {})
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("server", "marked", "sandbox"),
    [
        ("https://127.0.0.1:6443", True, True),
        ("https://[::1]:6443", True, True),
        ("https://localhost:6443", True, True),
        ("https://127.0.0.1:6443", False, False),  # minikube, kind and others listen there too
        ("https://10.0.0.1:6443", True, False),
        ("https://127.example.com", True, False),
    ],
)
def test_only_a_marked_cluster_on_loopback_is_a_sandbox(server: str, marked: bool, sandbox: bool) -> None:
    config = kubeconfig(server, extensions=MARK if marked else [])
    cluster = settings.find_cluster({"kubeconfig": config}, {})
    assert cluster.sandbox is sandbox
    if sandbox:
        settings.refuse_foreign(cluster, "4.34.2", {})
        return
    with pytest.raises(PluginError, match="is not a sandbox cluster") as error:
        settings.refuse_foreign(cluster, "4.34.2", {})
    assert "'work'" in str(error.value)
    assert server in str(error.value)
    settings.refuse_foreign(cluster, "4.34.2", {settings.ALLOWED_CONTEXT_VARIABLE: "work"})
    with pytest.raises(PluginError):
        settings.refuse_foreign(cluster, "4.34.2", {settings.ALLOWED_CONTEXT_VARIABLE: "other"})


def test_the_embedded_cluster_writes_the_mark(tmp_path: Path) -> None:
    text = render_kubeconfig("https://127.0.0.1:6443", "admin", b"ca", b"cert", b"key")
    cluster = settings.find_cluster({"kubeconfig": write(tmp_path / "config", text)}, {})
    assert cluster.sandbox
    assert cluster.context == "sandbox"


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://proxy.test:3128")
    client = settings.connect(settings.find_cluster({"kubeconfig": kubeconfig("https://127.0.0.1:1")}, {}))
    assert client.configuration.proxy is None


def test_options() -> None:
    given = {"enablePatchForce": "true", "enableConfigMapMutable": "false", "namespace": "n"}
    found = settings.read_settings(
        given, {"PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE": "true", "PULUMI_K8S_DELETE_UNREACHABLE": "true"}
    )
    assert (found.patch_force, found.config_map_mutable, found.delete_unreachable) == (True, False, True)
    assert found.namespace == "n"
    assert settings.read_settings({}, {}) == settings.Settings()


@pytest.mark.parametrize("option", [{"enableServerSideApply": "false"}, {"renderYamlToDirectory": "out"}])
def test_options_that_only_the_official_plugin_has_are_refused(option: dict[str, str]) -> None:
    with pytest.raises(PluginError, match="install the official plugin"):
        settings.read_settings(option, {})


def test_another_cluster_means_replacement_and_other_options_do_not() -> None:
    here = {"kubeconfig": kubeconfig(), "context": "work"}
    there = {"kubeconfig": kubeconfig("https://10.0.0.2:6443"), "context": "work"}
    assert settings.config_changes(here, here) == ([], [])
    assert settings.config_changes(here, {**here, "enablePatchForce": "true"}) == (["enablePatchForce"], [])
    assert settings.config_changes(here, there) == (["kubeconfig"], ["kubeconfig"])


def test_the_cluster_identifier_decides_where_both_have_one() -> None:
    here = {"kubeconfig": kubeconfig(), "clusterIdentifier": "a"}
    there = {"kubeconfig": kubeconfig("https://10.0.0.2:6443"), "clusterIdentifier": "a"}
    assert settings.config_changes(here, there) == (["kubeconfig"], [])
    assert settings.config_changes(here, {**here, "clusterIdentifier": "b"}) == (
        ["clusterIdentifier"],
        ["clusterIdentifier"],
    )
    assert settings.config_changes({"kubeconfig": kubeconfig()}, here) == (["clusterIdentifier"], [])
