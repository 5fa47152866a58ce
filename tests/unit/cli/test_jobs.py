"""Jobs started by a user: their specification, and the progress of their pods and logs."""

from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes import client

from cli import jobs
from cli.jobs import follow_job, with_variables


def test_variables_reach_every_container_and_replace_their_own() -> None:
    own = {"name": "ACTION", "value": "backup"}
    other = {"name": "OTHER", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}
    spec = {"template": {"spec": {"initContainers": [{"name": "first"}], "containers": [{"env": [own, other]}]}}}
    result = with_variables(spec, {"ACTION": "list"})["template"]["spec"]
    assert result["initContainers"][0]["env"] == [{"name": "ACTION", "value": "list"}]
    assert result["containers"][0]["env"] == [other, {"name": "ACTION", "value": "list"}]
    assert spec["template"]["spec"]["containers"][0]["env"] == [own, other]


def state(name: str, **kind: Any) -> SimpleNamespace:
    """Return the status of a container."""
    found = {"running": None, "waiting": None, "terminated": None, **kind}
    return SimpleNamespace(name=name, state=SimpleNamespace(**found), last_state=None)


def ended(code: int = 0, message: str = "") -> dict[str, Any]:
    return {"terminated": SimpleNamespace(exit_code=code, message=message, reason="Error" if code else "Completed")}


def pod(*containers: SimpleNamespace, init: tuple[SimpleNamespace, ...] = ()) -> SimpleNamespace:
    status = SimpleNamespace(init_container_statuses=list(init), container_statuses=list(containers), conditions=[])
    return SimpleNamespace(metadata=SimpleNamespace(name="pod", creation_timestamp=0), status=status)


class Cluster:
    """An API server with a sequence of states: pods, logs by container, condition of the Job."""

    def __init__(self, *pictures: tuple[list[Any], dict[str, str], str]) -> None:
        self.pictures = list(pictures)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs.client, "BatchV1Api", lambda _: self)
        monkeypatch.setattr(jobs.client, "CoreV1Api", lambda _: self)
        monkeypatch.setattr(jobs.time, "sleep", lambda _: self.pictures.pop(0))

    def read_namespaced_job_status(self, name: str, namespace: str) -> Any:
        del name, namespace
        kind = self.pictures[0][2]
        conditions = [SimpleNamespace(type=kind, status="True", message="deadline exceeded")] if kind else None
        return SimpleNamespace(status=SimpleNamespace(conditions=conditions))

    def list_namespaced_pod(self, namespace: str, label_selector: str) -> Any:
        assert (namespace, label_selector) == ("ns", "batch.kubernetes.io/job-name=job")
        return SimpleNamespace(items=self.pictures[0][0])

    def read_namespaced_pod_log(self, name: str, namespace: str, container: str, _request_timeout: float) -> str:
        del name, namespace, _request_timeout
        logs = self.pictures[0][1]
        if container not in logs:
            raise client.ApiException(status=500, reason="Internal Server Error")
        return logs[container]


def follow(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> tuple[jobs.Outcome, list[str]]:
    cluster.install(monkeypatch)
    told: list[str] = []
    return follow_job(None, "ns", "job", told.append), told  # type: ignore[arg-type]


RUNNING = {"running": SimpleNamespace()}


def test_progress_is_told_once_and_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = {"waiting": SimpleNamespace(reason="ImagePullBackOff", message="no such host")}
    cluster = Cluster(
        ([], {}, ""),
        ([pod(state("dump", **waiting))], {}, ""),
        ([pod(state("dump", **waiting))], {}, ""),
        ([pod(state("dump", **RUNNING))], {"dump": "first\nsec"}, ""),
        ([pod(state("dump", **RUNNING))], {"dump": "first\nsecond\nthi"}, ""),
        ([pod(state("dump", **ended(0, "a.gz: 7 bytes\n")))], {"dump": "first\nsecond\nthird"}, "Complete"),
    )
    outcome, told = follow(cluster, monkeypatch)
    assert told == ["pod/dump: ImagePullBackOff no such host", "pod: dump runs", "first", "second", "third"]
    assert outcome == jobs.Outcome(True, "a.gz: 7 bytes", "", "first\nsecond\nthird", "")


def test_the_container_that_failed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = pod(state("restore"), init=(state("check", **ended(1, "there is no such archive")),))
    outcome, _ = follow(Cluster(([failed], {"check": "log\n"}, "Failed")), monkeypatch)
    assert (outcome.succeeded, outcome.container, outcome.message) == (False, "check", "there is no such archive")
    later = pod(state("restore", **ended(1)), init=(state("check", **ended(0, "whole")),))
    outcome, _ = follow(Cluster(([later], {"check": "", "restore": ""}, "Failed")), monkeypatch)
    assert (outcome.container, outcome.message) == ("restore", "exit code 1")


def test_a_job_without_a_pod_tells_its_own_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, _ = follow(Cluster(([], {}, "Failed")), monkeypatch)
    assert (outcome.succeeded, outcome.container, outcome.message) == (False, "", "deadline exceeded")


def test_a_log_that_cannot_be_read_is_told_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    outcome, told = follow(Cluster(([pod(state("dump", **ended()))], {}, "Complete")), monkeypatch)
    assert outcome.succeeded
    assert outcome.problem == "the log of pod cannot be read (500 Internal Server Error)"
    assert told == []
