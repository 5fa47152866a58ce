"""Manual backups: messages, and the state of LibreChat afterwards, natively and as a Helm release."""

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes import client

from cli import backups
from cli.backups import Archive, back_up, list_archives, parse_list, restore
from cli.errors import CommandError
from cli.jobs import Outcome

GOOD = Outcome(True, "a.archive.gz is restored", "", "", "")
FIRST, SECOND = "librechat-20261101T023000Z.archive.gz", "librechat-20261102T023000Z.archive.gz"


class World:
    """A cluster with LibreChat, and Jobs that end as a test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *outcomes: Outcome, replicas: int = 2) -> None:
        self.outcomes, self.replicas, self.ready = list(outcomes), replicas, True
        self.jobs: list[tuple[str, dict[str, str]]] = []
        self.told: list[str] = []
        self.scaled: list[tuple[str, int]] = []
        self.deleted: list[str] = []
        self.active: list[str] = []
        self.pods = 0
        monkeypatch.setattr(backups, "create_job", self.create)
        monkeypatch.setattr(backups, "follow_job", lambda *_: self.outcomes.pop(0))
        monkeypatch.setattr(backups, "active_jobs", lambda *_: self.active)
        monkeypatch.setattr(backups, "delete_job", lambda _, __, name: self.deleted.append(name))
        monkeypatch.setattr(backups.client, "AppsV1Api", lambda _: self)
        monkeypatch.setattr(backups.client, "CoreV1Api", lambda _: self)
        monkeypatch.setattr(backups, "STOP_MARGIN_SECONDS", 0.0)
        monkeypatch.setattr(backups, "START_SECONDS", 0.0)

    def create(self, _: Any, __: str, cron_job: str, variables: dict[str, str], keep_seconds: int | None = None) -> str:
        del keep_seconds
        self.jobs.append((cron_job, variables))
        return f"{cron_job}-1"

    def read_namespaced_deployment_scale(self, name: str, namespace: str) -> Any:
        assert namespace == "ns"
        if self.replicas < 0 or name != "librechat":
            raise client.ApiException(status=404)
        return SimpleNamespace(spec=SimpleNamespace(replicas=self.replicas))

    def patch_namespaced_deployment_scale(self, name: str, namespace: str, body: Any, field_manager: str) -> None:
        assert (namespace, field_manager) == ("ns", "ollama-librechat")
        self.scaled.append((name, body["spec"]["replicas"]))

    def read_namespaced_deployment_status(self, name: str, namespace: str) -> Any:
        del name, namespace
        return SimpleNamespace(status=SimpleNamespace(ready_replicas=self.replicas if self.ready else None))

    def list_namespaced_pod(self, namespace: str, label_selector: str) -> Any:
        assert namespace == "ns"
        assert "librechat" in label_selector
        pod = SimpleNamespace(spec=SimpleNamespace(termination_grace_period_seconds=0))
        return SimpleNamespace(items=[pod] * self.pods)

    def restore(self, **more: Any) -> str:
        return restore(None, "ns", FIRST, self.told.append, **more)  # type: ignore[arg-type]


def failed(container: str) -> Outcome:
    return Outcome(False, "there is no such archive", container, "", "")


def test_a_restore_is_framed_by_a_backup_and_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, GOOD, GOOD)
    assert world.restore() == GOOD.message
    assert world.jobs == [
        ("librechat-mongodb-backup", {"KEEP_BACKUP": FIRST}),
        ("librechat-mongodb-restore", {"BACKUP": FIRST}),
    ]
    assert world.scaled == [("librechat", 0), ("librechat", 2)]
    assert world.told[-1] == "LibreChat runs again"


def test_a_backup_first_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, GOOD)
    world.restore(backup_first=False)
    assert [name for name, _ in world.jobs] == ["librechat-mongodb-restore"]


def test_without_a_backup_first_nothing_is_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, failed("backup"))
    with pytest.raises(
        CommandError, match=r"The backup failed: there is no such archive\. See: kubectl -n ns logs job/"
    ):
        world.restore()
    assert world.scaled == []


@pytest.mark.parametrize("container", ["check", "download", ""])
def test_a_restore_that_did_not_begin_leaves_librechat_running(monkeypatch: pytest.MonkeyPatch, container: str) -> None:
    world = World(monkeypatch, failed(container))
    with pytest.raises(CommandError, match="Nothing was restored: there is no such archive"):
        world.restore(backup_first=False)
    assert world.scaled == [("librechat", 0), ("librechat", 2)]


def test_a_restore_that_broke_off_leaves_librechat_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, failed("restore"))
    with pytest.raises(CommandError) as error:
        world.restore(backup_first=False)
    assert world.scaled == [("librechat", 0)]
    assert "LibreChat stays stopped" in str(error.value)
    assert "start it with `make up`" in str(error.value)


def test_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.active = ["librechat-mongodb-backup-29"]
    with pytest.raises(CommandError, match="Nothing was changed: Job librechat-mongodb-backup-29 is running"):
        world.restore()
    assert world.scaled == world.jobs == []


def test_pods_that_do_not_end_keep_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch)
    world.pods = 1
    with pytest.raises(CommandError, match="Nothing was restored: LibreChat's pods did not end"):
        world.restore(backup_first=False)
    assert world.scaled == [("librechat", 0), ("librechat", 2)]
    assert world.jobs == []


def test_a_librechat_that_does_not_come_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, GOOD)
    world.ready = False
    assert world.restore(backup_first=False) == GOOD.message
    assert "is not Ready after" in world.told[-1]


def test_archives_are_listed_by_a_job_that_goes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, Outcome(True, "", "", f"{SECOND}\t200\n{FIRST}\t100\n", ""))
    found = list_archives(None, "ns")  # type: ignore[arg-type]
    assert found == [Archive(FIRST, 100), Archive(SECOND, 200)]
    assert found[0].made == datetime(2026, 11, 1, 2, 30, tzinfo=timezone.utc)
    assert world.jobs == [("librechat-mongodb-backup", {"ACTION": "list"})]
    assert world.deleted == ["librechat-mongodb-backup-1"]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (failed("upload"), "The archives cannot be listed: there is no such archive. See: kubectl"),
        (Outcome(True, "", "", "", "the log of pod cannot be read (500)"), "cannot be listed: the log of pod"),
        (Outcome(False, "", "", "", ""), "its pod says nothing"),
    ],
)
def test_a_list_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, outcome: Outcome, words: str) -> None:
    world = World(monkeypatch, outcome)
    with pytest.raises(CommandError) as error:
        list_archives(None, "ns")  # type: ignore[arg-type]
    assert words in str(error.value)
    assert world.deleted == []


def test_only_archives_are_in_the_list() -> None:
    assert parse_list("") == []
    assert parse_list(f"NOTICE: something\n{FIRST}\t7\nlibrechat-without-a-size\n") == [Archive(FIRST, 7)]


def test_a_backup_tells_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, Outcome(True, f"{FIRST}: 7 bytes", "", "", ""), Outcome(True, "", "", "", ""))
    assert back_up(None, "ns", world.told.append) == f"{FIRST}: 7 bytes"  # type: ignore[arg-type]
    assert back_up(None, "ns", world.told.append) == "Job librechat-mongodb-backup-1 is complete"  # type: ignore[arg-type]
    assert [variables for _, variables in world.jobs] == [{}, {}]


class Cluster:
    """The Deployments of a namespace by name, with their replicas."""

    def __init__(self, **replicas: int) -> None:
        self.replicas = {name.replace("_", "-"): count for name, count in replicas.items()}
        self.selectors: list[str] = []

    def read_namespaced_deployment_scale(self, name: str, namespace: str) -> Any:
        assert namespace == "librechat"
        if name not in self.replicas:
            raise client.ApiException(status=404)
        return SimpleNamespace(spec=SimpleNamespace(replicas=self.replicas[name]))

    def patch_namespaced_deployment_scale(self, name: str, namespace: str, body: Any, field_manager: str) -> None:
        assert (namespace, field_manager) == ("librechat", backups.FIELD_MANAGER)
        self.replicas[name] = body["spec"]["replicas"]

    def read_namespaced_deployment_status(self, name: str, namespace: str) -> Any:
        assert namespace == "librechat"
        return SimpleNamespace(status=SimpleNamespace(ready_replicas=self.replicas[name]))

    def list_namespaced_pod(self, namespace: str, label_selector: str) -> Any:
        assert namespace == "librechat"
        self.selectors.append(label_selector)
        spec = SimpleNamespace(termination_grace_period_seconds=None)
        return SimpleNamespace(items=[SimpleNamespace(spec=spec) for count in self.replicas.values() if count])


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
    assert set(cluster.selectors) == {
        "app.kubernetes.io/name in (librechat,librechat-helm),app.kubernetes.io/part-of=ollama-librechat"
    }
    backups._start(api, "librechat", stopped, told.append)
    assert cluster.replicas == before
    assert ("LibreChat runs again" in told) is any(before.values())
