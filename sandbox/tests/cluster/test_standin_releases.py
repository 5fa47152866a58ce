"""Helm releases of the stand-in on a real API server; the official plugin passes the same tests where it is at hand."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from pulumi import ResourceOptions
from pulumi.automation import CommandError

from .conftest import Kubectl, MakeStack

pytestmark = pytest.mark.engine
Program = Callable[[ResourceOptions], None]

CHART = """\
apiVersion: v2
name: web
version: 1.2.3
appVersion: "4"
"""
TEMPLATE = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: {{ .Values.replicaCount }}
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {{ toYaml .Values.annotations | nindent 8 }}
    spec:
      containers: [{name: web, image: "{{ .Values.image }}"}]
---
apiVersion: v1
kind: Secret
metadata: {name: web}
stringData: {password: {{ .Values.password | quote }}}
"""
VALUES = """\
replicaCount: 1
image: nginx:1.27
annotations: {}
password: ""
"""
PASSWORD = "hunter2-of-the-release"


@pytest.fixture
def chart(tmp_path: Path) -> str:
    folder = tmp_path / "web"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text(CHART)
    (folder / "values.yaml").write_text(VALUES)
    (folder / "templates" / "all.yaml").write_text(TEMPLATE)
    return str(folder)


@pytest.fixture
def namespace(request: pytest.FixtureRequest, kubectl: Kubectl) -> str:
    name = f"r{abs(hash(request.node.name)) % 10**8}"
    kubectl.must("create", "namespace", name)
    return name


def release(chart: str, namespace: str, values: dict[str, Any] | None = None, **more: Any) -> Program:
    """A program with one release."""
    arguments: dict[str, Any] = {"atomic": True, "cleanup_on_fail": True, "timeout": 60, "max_history": 3, **more}

    def program(opts: ResourceOptions) -> None:
        made = k8s.helm.v3.Release(
            "web", name="web", namespace=namespace, chart=chart, values=values or {}, opts=opts, **arguments
        )
        pulumi.export("status", made.status)
        pulumi.export("names", made.resource_names)

    return program


def revisions(kubectl: Kubectl, namespace: str) -> dict[int, str]:
    """Status of each revision that Helm keeps."""
    found = kubectl.get("-n", namespace, "secrets", "-l", "owner=helm")["items"]
    labels = [item["metadata"]["labels"] for item in found]
    return {int(entry["version"]): entry["status"] for entry in labels}


def test_a_release_is_installed_upgraded_and_removed(
    make: MakeStack, chart: str, namespace: str, kubectl: Kubectl
) -> None:
    stack = make()
    assert stack.preview(release(chart, namespace)).get("create") == 3
    stack.up(release(chart, namespace))
    outputs = stack.outputs()
    assert outputs["status"]["status"] == "deployed"
    assert (outputs["status"]["chart"], outputs["status"]["version"]) == ("web", "1.2.3")
    assert outputs["names"] == {"Deployment.apps/apps/v1": ["web"], "Secret/v1": ["web"]}
    assert kubectl.get("-n", namespace, "deployment", "web")["status"]["readyReplicas"] == 1
    assert "update" not in stack.preview()
    assert "update" not in stack.preview(refresh=True)
    assert stack.up(release(chart, namespace, {"replicaCount": 2})).get("update") == 1
    assert kubectl.get("-n", namespace, "deployment", "web")["spec"]["replicas"] == 2
    assert revisions(kubectl, namespace) == {1: "superseded", 2: "deployed"}
    stack.destroy()
    assert not kubectl.exists("-n", namespace, "deployment", "web")
    assert revisions(kubectl, namespace) == {}


def test_a_broken_upgrade_is_rolled_back_and_the_next_one_tries_again(
    make: MakeStack, chart: str, namespace: str, kubectl: Kubectl
) -> None:
    stack = make()
    stack.up(release(chart, namespace))
    broken = release(chart, namespace, {"image": "registry.invalid/web:2"}, timeout=5)
    with pytest.raises(CommandError):
        stack.up(broken)
    live = kubectl.get("-n", namespace, "deployment", "web")
    assert live["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:1.27"
    assert revisions(kubectl, namespace) == {1: "superseded", 2: "failed", 3: "deployed"}
    assert any("rolled back" in line for line in stack.log)
    assert stack.preview(broken).get("update") == 1
    assert stack.up(release(chart, namespace, {"image": "nginx:1.28"})).get("update") == 1
    assert max(revisions(kubectl, namespace).items()) == (4, "deployed")


def test_a_broken_first_installation_leaves_nothing(
    make: MakeStack, chart: str, namespace: str, kubectl: Kubectl
) -> None:
    stack = make()
    with pytest.raises(CommandError):
        stack.up(release(chart, namespace, {"image": "registry.invalid/web:2"}, timeout=5))
    assert not kubectl.exists("-n", namespace, "deployment", "web")
    assert revisions(kubectl, namespace) == {}
    assert stack.up(release(chart, namespace)).get("create") == 1


def test_a_release_that_was_uninstalled_by_hand_comes_back(
    make: MakeStack, chart: str, namespace: str, kubectl: Kubectl
) -> None:
    stack = make()
    stack.up(release(chart, namespace))
    kubectl.must("-n", namespace, "delete", "deployment,secret", "--all")
    assert stack.up(refresh=True).get("create") == 1
    assert kubectl.get("-n", namespace, "deployment", "web")["status"]["readyReplicas"] == 1


def test_a_secret_value_is_written_nowhere(make: MakeStack, chart: str, namespace: str, kubectl: Kubectl) -> None:
    stack = make()

    def program(opts: ResourceOptions) -> None:
        values = {"password": pulumi.Output.secret(PASSWORD)}
        k8s.helm.v3.Release("web", name="web", namespace=namespace, chart=chart, values=values, opts=opts)

    stack.up(program)
    stack.preview(refresh=True)
    assert kubectl.exists("-n", namespace, "secret", "web")
    assert PASSWORD not in stack.everything_written()


def test_a_chart_that_is_not_there_is_refused_at_preview(make: MakeStack, namespace: str) -> None:
    stack = make()
    with pytest.raises(CommandError):
        stack.preview(release("./nowhere", namespace))
    assert any("check the chart name and repository configuration" in line for line in stack.log)
