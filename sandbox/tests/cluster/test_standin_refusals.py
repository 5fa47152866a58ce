"""What the stand-ins refuse, in sentences that say what to do."""

import time
from pathlib import Path

import pulumi
import pulumi_kubernetes as k8s
import pytest
import yaml
from pulumi import ResourceOptions
from pulumi.automation import CommandError

from sandbox.cluster import Cluster
from sandbox.engine import Engine

from .inline import Inline

pytestmark = pytest.mark.engine


def config_map(opts: ResourceOptions) -> None:
    k8s.core.v1.ConfigMap("settings", metadata={"namespace": "default"}, data={"a": "1"}, opts=opts)


def changed(cluster: Cluster, path: Path, **entry: object) -> Path:
    """The cluster's kubeconfig with another cluster entry."""
    config = yaml.safe_load(cluster.kubeconfig.read_text())
    config["clusters"][0]["cluster"].update(entry)
    path.write_text(yaml.safe_dump(config))
    path.chmod(0o600)
    return path


def test_an_unreachable_cluster_fails_in_seconds_and_is_named(
    tmp_path: Path, stand_ins: Engine, cluster: Cluster
) -> None:
    closed = changed(cluster, tmp_path / "kubeconfig", server="https://127.0.0.1:9")
    stack = Inline("gone", tmp_path / "stack", stand_ins, closed)
    for operation in (stack.preview, stack.up):
        started = time.monotonic()
        with pytest.raises(CommandError) as failure:
            operation(config_map)
        assert time.monotonic() - started < 30
        text = str(failure.value)
        assert "configured Kubernetes cluster is unreachable: context 'sandbox', server https://127.0.0.1:9" in text
        assert "python -m sandbox cluster start" in text


def test_a_cluster_that_is_no_sandbox_is_not_touched(
    tmp_path: Path, stand_ins: Engine, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = changed(cluster, tmp_path / "kubeconfig", extensions=[])
    stack = Inline("foreign", tmp_path / "stack", stand_ins, foreign)
    with pytest.raises(CommandError, match=r"context 'sandbox' \(https://127\.0\.0\.1:\d+\) is not a sandbox cluster"):
        stack.preview(config_map)

    monkeypatch.setenv("OLLAMA_LIBRECHAT_STAND_IN_CONTEXT", "sandbox")
    allowed = Inline("allowed", tmp_path / "allowed", stand_ins, foreign)
    assert allowed.preview(config_map)["create"] == 3


def test_what_only_the_official_plugin_can_do_is_named(tmp_path: Path, stand_ins: Engine, cluster: Cluster) -> None:
    def release(opts: ResourceOptions) -> None:
        k8s.helm.v3.Release("chart", chart="anything", verify=True, postrender="sed", opts=opts)

    def shuffle(_: ResourceOptions) -> None:
        import pulumi_random  # noqa: PLC0415

        pulumi_random.RandomShuffle("order", inputs=["a", "b"])

    stack = Inline("helm", tmp_path / "stack", stand_ins, cluster.kubeconfig)
    with pytest.raises(CommandError, match=r"does not support postrender, verify of a Helm release: install the"):
        stack.preview(release)
    with pytest.raises(CommandError, match=r"does not support random:index/randomShuffle:RandomShuffle"):
        stack.preview(shuffle)


def test_a_connection_that_is_lost_while_waiting_does_not_lose_the_object(
    tmp_path: Path, stand_ins: Engine, fresh: Cluster
) -> None:
    """The API server goes away during an operation: what was created is in the state, with the reason."""
    fresh.start()
    stack = Inline("lost", tmp_path / "stack", stand_ins, fresh.kubeconfig)

    def program(opts: ResourceOptions) -> None:
        container = {"name": "c", "image": "nginx:1.27", "resources": {"requests": {"cpu": "1000"}}}
        labels = {"app": "web"}
        k8s.apps.v1.Deployment(
            "web",
            metadata={"name": "web", "namespace": "default"},
            spec={
                "selector": {"match_labels": labels},
                "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            },
            opts=ResourceOptions.merge(opts, ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="120s"))),
        )

    stopped = False

    def stop_when_waiting(line: str) -> None:
        nonlocal stopped
        if not stopped and "Waiting for app ReplicaSet" in line:
            stopped = True
            fresh.stop()

    stack.watch = stop_when_waiting
    with pytest.raises(CommandError, match="cannot be reached"):
        stack.up(program)

    assert stopped
    assert stack.resource("web")["id"] == "default/web"
    assert "cannot be reached" in str(stack.resource("web")["initErrors"])
    fresh.start()
    stack.automation.destroy()


def test_an_error_about_a_secret_does_not_quote_its_data(tmp_path: Path, stand_ins: Engine, cluster: Cluster) -> None:
    value = "%".join(["not", "base64", "at", "all"])

    def program(opts: ResourceOptions) -> None:
        k8s.core.v1.Secret("key", metadata={"namespace": "default"}, data={"key": value}, opts=opts)

    stack = Inline("secret", tmp_path / "stack", stand_ins, cluster.kubeconfig)
    with pytest.raises(CommandError, match="base64") as failure:
        stack.preview(program)
    assert value not in str(failure.value)
    assert value not in stack.everything_written()
