"""Backups of MongoDB: create, list and restore them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from kubernetes import client

from cli.clusters import status_of
from cli.errors import CommandError
from cli.jobs import NOT_FOUND, Outcome, Tell, active_jobs, create_job, delete_job, follow_job
from components.helm.release import release_name
from components.librechat.component import NAME as LIBRECHAT
from components.mongodb.backup.names import ARCHIVE_PREFIX, ARCHIVE_SUFFIX, RESTORE
from components.mongodb.backup.names import NAME as BACKUP
from components.workload.manifests import selector

FIELD_MANAGER = "ollama-librechat"
STOP_MARGIN_SECONDS = 60.0
"""Seconds for LibreChat's pods to end, beyond their grace period."""
START_SECONDS = 300.0
SERVERS = (LIBRECHAT, release_name(LIBRECHAT))
"""Deployments that may run LibreChat: the native one, and that of a Helm release."""
LIST_SECONDS = 300
"""Seconds for which a failed Job that lists the archives is kept."""


@dataclass(frozen=True)
class Archive:
    """One backup.

    Attributes:
        name: Name of the archive.
        size: Size in bytes.
    """

    name: str
    size: int

    @property
    def made(self) -> datetime:
        """Time of the backup, in UTC."""
        stamp = self.name.removeprefix(ARCHIVE_PREFIX).removesuffix(ARCHIVE_SUFFIX)
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)


def back_up(api: client.ApiClient, namespace: str, tell: Tell, keep: str = "") -> str:
    """Run a backup now and return its name and size as text.

    Args:
        api: Client of the cluster.
        namespace: LibreChat's namespace.
        tell: Receives progress messages.
        keep: Name of an archive that retention must not delete.

    Raises:
        CommandError: Backups are not enabled for this stack, or the Job fails.
    """
    name = create_job(api, namespace, BACKUP, {"KEEP_BACKUP": keep} if keep else {})
    tell(f"Job {name}")
    outcome = follow_job(api, namespace, name, tell)
    if not outcome.succeeded:
        raise CommandError(f"The backup failed: {_reason(outcome)}{_next(namespace, name)}")
    return outcome.message or f"Job {name} is complete"


def list_archives(api: client.ApiClient, namespace: str) -> list[Archive]:
    """Return the existing archives, oldest first. A Job lists them where they are stored.

    Raises:
        CommandError: Backups are not enabled for this stack, or the archives cannot be listed.
    """
    name = create_job(api, namespace, BACKUP, {"ACTION": "list"}, keep_seconds=LIST_SECONDS)
    outcome = follow_job(api, namespace, name, lambda _: None)
    if not outcome.succeeded:
        raise CommandError(f"The archives cannot be listed: {_reason(outcome)}{_next(namespace, name)}")
    if outcome.problem:
        raise CommandError(f"The archives cannot be listed: {outcome.problem}.")
    # Its pod holds the volume, and its output has been read.
    delete_job(api, namespace, name)
    return parse_list(outcome.log)


def parse_list(log: str) -> list[Archive]:
    """Parse the output of the Job: one archive a line, name and size in bytes separated by a tab."""
    rows = [line.split("\t") for line in log.splitlines() if line.startswith(ARCHIVE_PREFIX)]
    return sorted((Archive(row[0], int(row[1])) for row in rows if len(row) > 1), key=lambda found: found.name)


def restore(api: client.ApiClient, namespace: str, archive: str, tell: Tell, *, backup_first: bool = True) -> str:
    """Replace the database with an archive while LibreChat is stopped, and return the result as text.

    Args:
        api: Client of the cluster.
        namespace: LibreChat's namespace.
        archive: Name of the archive, or `latest`.
        backup_first: Whether to back up the current database before the restore.
        tell: Receives progress messages.

    Raises:
        CommandError: Another backup or restore is running, or a step fails. The message describes the state of the
            database and of LibreChat after the failure.
    """
    busy = active_jobs(api, namespace, ",".join(f"{key}={value}" for key, value in selector(BACKUP).items()))
    if busy:
        raise CommandError(f"Nothing was changed: Job {busy[0]} is running, wait until it has ended.")
    if backup_first:
        tell("the current database is backed up first")
        tell(f"backup: {back_up(api, namespace, tell, keep=archive)}")
    replicas = _stop(api, namespace, tell)
    try:
        name = create_job(api, namespace, RESTORE, {"BACKUP": archive})
    except (CommandError, client.ApiException):
        _start(api, namespace, replicas, tell)
        raise
    tell(f"Job {name}")
    outcome = follow_job(api, namespace, name, tell)
    if outcome.succeeded or outcome.container != "restore":
        # It has either finished or never begun, because the archive is missing or damaged.
        _start(api, namespace, replicas, tell)
    if outcome.succeeded:
        return outcome.message or f"Job {name} is complete"
    if outcome.container != "restore":
        raise CommandError(f"Nothing was restored: {_reason(outcome)}{_next(namespace, name)}")
    raise CommandError(
        f"The restore failed: {_reason(outcome)} LibreChat stays stopped, because its database may be half restored: "
        f"restore again, or start it with `make up` (a Helm release: `make repair`).{_next(namespace, name)}"
    )


def _reason(outcome: Outcome) -> str:
    text = outcome.message or outcome.problem or "its pod says nothing"
    return text if text.endswith(".") else f"{text}."


def _next(namespace: str, job: str) -> str:
    return f" See: kubectl -n {namespace} logs job/{job} --all-containers"


def _stop(api: client.ApiClient, namespace: str, tell: Tell) -> dict[str, int]:
    """Stop LibreChat so that nothing writes during the restore, and return the replicas of each Deployment."""
    apps, core = client.AppsV1Api(api), client.CoreV1Api(api)
    found = {name: _replicas(apps, namespace, name) for name in SERVERS}
    replicas = {name: count for name, count in found.items() if count is not None}
    for name in replicas:
        _scale(apps, namespace, name, 0)
    part_of = selector(LIBRECHAT)["app.kubernetes.io/part-of"]
    labels = f"app.kubernetes.io/name in ({','.join(SERVERS)}),app.kubernetes.io/part-of={part_of}"
    tell("LibreChat is being stopped")

    def pods() -> list[Any]:
        return list(core.list_namespaced_pod(namespace, label_selector=labels).items)

    seconds = max((float(pod.spec.termination_grace_period_seconds or 0) for pod in pods()), default=0.0)
    seconds += STOP_MARGIN_SECONDS
    if not _until(lambda: not pods(), seconds):
        for name, count in replicas.items():
            _scale(apps, namespace, name, count)
        raise CommandError(f"Nothing was restored: LibreChat's pods did not end within {seconds:.0f} s.")
    return replicas


def _replicas(apps: client.AppsV1Api, namespace: str, name: str) -> int | None:
    """Return the replicas that a Deployment asks for; None if it does not exist."""
    try:
        scale: Any = apps.read_namespaced_deployment_scale(name, namespace)
    except client.ApiException as error:
        if status_of(error) != NOT_FOUND:
            raise
        return None
    return int(scale.spec.replicas or 0)


def _start(api: client.ApiClient, namespace: str, replicas: Mapping[str, int], tell: Tell) -> None:
    """Start LibreChat again and wait until it is ready."""
    if not any(replicas.values()):
        tell("LibreChat did not run before; `make up` starts it")
        return
    apps = client.AppsV1Api(api)
    for name, count in replicas.items():
        _scale(apps, namespace, name, count)

    def ready() -> bool:
        found: dict[str, Any] = {name: apps.read_namespaced_deployment_status(name, namespace) for name in replicas}
        return all(int(found[name].status.ready_replicas or 0) >= count for name, count in replicas.items())

    if _until(ready, START_SECONDS):
        tell("LibreChat runs again")
    else:
        tell(f"LibreChat was started and is not Ready after {START_SECONDS:.0f} s; `make status` says why")


def _scale(apps: client.AppsV1Api, namespace: str, name: str, replicas: int) -> None:
    body = {"spec": {"replicas": replicas}}
    apps.patch_namespaced_deployment_scale(name, namespace, body, field_manager=FIELD_MANAGER)


def _until(holds: Callable[[], bool], seconds: float) -> bool:
    """Wait until a condition holds, and return whether it did in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(1)
    return holds()
