"""The two CronJobs: one writes archives, the suspended one restores them.

The second one never runs by itself. `make restore` creates a Job from it, so that what runs then was declared and
admitted before.
"""

from typing import TYPE_CHECKING, TypedDict

import pulumi
import pulumi_kubernetes as k8s
from typing_extensions import NotRequired

from .names import NAME, PASSWORD_KEY, RESTORE, USER_NAME
from .pods import BackupPods, password_volume
from .settings import MongoDBBackup

if TYPE_CHECKING:
    from pulumi_kubernetes.batch.v1 import JobSpecArgsDict
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, VolumeArgsDict

RETRIES = 2
HISTORY = 3
"""Finished Jobs that are kept with their logs: this many that succeeded, and this many that failed."""
NEVER = "0 0 1 1 *"
"""A CronJob must have a schedule, even a suspended one."""


class Schedule(TypedDict):
    """The part of a CronJob's specification that says when it runs."""

    schedule: str
    """Cron expression."""

    time_zone: NotRequired[str]
    """Time zone of the schedule."""

    suspend: bool
    """Whether it never runs by itself."""


def create_backup(pods: BackupPods, archives: "VolumeArgsDict", secret_name: pulumi.Input[str]) -> k8s.batch.v1.CronJob:
    """Create the CronJob that writes archives and deletes those that the retention lets go.

    Args:
        pods: The pods of the backups.
        archives: Volume with the archives.
        secret_name: Name of the Secret with the password of the backups' user.
    """
    settings = pods.settings
    volumes = [archives, password_volume(secret_name, PASSWORD_KEY)]
    schedule = Schedule(schedule=settings.schedule, time_zone=settings.time_zone, suspend=False)
    job = pods.job(_backup_containers(pods), volumes, retries=RETRIES)
    return _cron_job(pods, "cron-job", NAME, schedule, job)


def create_restore(pods: BackupPods, archives: "VolumeArgsDict") -> k8s.batch.v1.CronJob:
    """Create the suspended CronJob that restores the archive BACKUP.

    It connects as LibreChat's own user, who may write to its database and nowhere else, which is what a restore needs.

    Args:
        pods: The pods of the backups.
        archives: Volume with the archives.
    """
    download = [pods.rclone("download", "download.sh", {})] if pods.settings.s3.bucket else []
    keys = ("MONGO_APP_DATABASE", "MONGO_APP_USERNAME")
    restore = pods.mongo_tools("restore", "restore.sh", {"MONGODB": pods.database.address}, keys)
    volumes = [archives, password_volume(pods.database.secret_name, "MONGO_APP_PASSWORD")]
    # A second attempt would not know what the first one left behind.
    job = pods.job([*download, pods.check(), restore], volumes, retries=0)
    return _cron_job(pods, "restore", RESTORE, Schedule(schedule=NEVER, suspend=True), job)


def _backup_containers(pods: BackupPods) -> "list[ContainerArgsDict]":
    """Return the containers of a backup: one that writes to the volume, or one that dumps and one that uploads."""
    settings, keys = pods.settings, ("MONGO_APP_DATABASE",)
    dump = {
        "MONGODB": pods.database.address,
        "MONGO_BACKUP_USERNAME": USER_NAME,
        "TIMEOUT_MINUTES": str(-(-settings.timeout_seconds // 60)),
    }
    retention = _retention(settings)
    if settings.s3.bucket:
        return [pods.mongo_tools("dump", "dump.sh", dump, keys), pods.rclone("upload", "upload.sh", retention)]
    return [pods.mongo_tools("backup", "backup-to-volume.sh", {**dump, **retention}, keys)]


def _retention(settings: MongoDBBackup) -> dict[str, str]:
    return {
        "RETENTION_COUNT": str(settings.retention.count),
        "RETENTION_DAYS": str(settings.retention.days),
    }


def _cron_job(
    pods: BackupPods, resource_name: str, name: str, schedule: Schedule, job: "JobSpecArgsDict"
) -> k8s.batch.v1.CronJob:
    workload = pods.workload
    return k8s.batch.v1.CronJob(
        f"{workload.resource_name}-{resource_name}",
        metadata=workload.metadata(name),
        spec={
            **schedule,
            "concurrency_policy": "Forbid",
            "successful_jobs_history_limit": HISTORY,
            "failed_jobs_history_limit": HISTORY,
            "job_template": {"metadata": {"labels": workload.labels}, "spec": job},
        },
        # A claim stays until the last pod that mounts it is gone, finished ones too: where the archives move, the
        # finished Jobs have to go first, and they go with their CronJob.
        opts=workload.options(
            replace_on_changes=["spec.jobTemplate.spec.template.spec.volumes"], delete_before_replace=True
        ),
    )
