"""A restore stops every Deployment that may run LibreChat: the native one, and that of a Helm release."""

from types import SimpleNamespace as Object
from typing import Any

import pytest
from kubernetes import client

from cli import backups


class Cluster:
    """Deployments of a namespace by name, with their numbers of pods."""

    def __init__(self, **replicas: int) -> None:
        self.replicas = {name.replace("_", "-"): count for name, count in replicas.items()}
        self.selectors: list[str] = []

    def read_namespaced_deployment_scale(self, name: str, namespace: str) -> Any:
        assert namespace == "librechat"
        if name not in self.replicas:
            raise client.ApiException(status=404)
        return Object(spec=Object(replicas=self.replicas[name]))

    def patch_namespaced_deployment_scale(self, name: str, namespace: str, body: Any, field_manager: str) -> None:
        assert (namespace, field_manager) == ("librechat", backups.FIELD_MANAGER)
        self.replicas[name] = body["spec"]["replicas"]

    def read_namespaced_deployment_status(self, name: str, namespace: str) -> Any:
        assert namespace == "librechat"
        return Object(status=Object(ready_replicas=self.replicas[name]))

    def list_namespaced_pod(self, namespace: str, label_selector: str) -> Any:
        assert namespace == "librechat"
        self.selectors.append(label_selector)
        return Object(items=[name for name, count in self.replicas.items() if count])


@pytest.mark.parametrize(
    "replicas",
    [{"librechat": 2}, {"librechat_helm": 1}, {"librechat": 0, "librechat_helm": 1}, {"librechat": 0}, {}],
)
def test_what_runs_is_stopped_and_started_again(replicas: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(**replicas)
    before = dict(cluster.replicas)
    monkeypatch.setattr(backups.client, "AppsV1Api", lambda _: cluster)
    monkeypatch.setattr(backups.client, "CoreV1Api", lambda _: cluster)
    told: list[str] = []
    api = client.ApiClient()
    stopped = backups._stop(api, "librechat", told.append)
    assert stopped == before
    assert not any(cluster.replicas.values())
    assert cluster.selectors == [
        "app.kubernetes.io/name in (librechat,librechat-helm),app.kubernetes.io/part-of=ollama-librechat"
    ]
    backups._start(api, "librechat", stopped, told.append)
    assert cluster.replicas == before
    assert ("LibreChat runs again" in told) is any(before.values())
