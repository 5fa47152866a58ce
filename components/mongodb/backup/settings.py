"""Settings of the backups of MongoDB."""

from typing import Annotated

from pydantic import Field

from ...settings.base import Section
from ...settings.schedules import CronSchedule, TimeZone
from ...settings.types import OptionalObjectName, PlainHttpUrl
from ...workload.settings import Pods, Resources, Seconds, Storage, resources

USER_JOB_RESOURCES = resources(cpu="100m", memory="256Mi", memory_limit="512Mi")
"""CPU and memory of the Job that creates the backup user; mongosh is a Node.js program."""


class Retention(Section):
    """Which archives are kept. An archive is deleted if it is older than `days` and not among the newest `count`."""

    count: Annotated[int, Field(ge=1)] = 7
    """Number of newest archives that are kept whatever their age."""
    days: Annotated[int, Field(ge=0)] = 14
    """Number of days that every archive is kept; with 0, only `count` applies."""


class S3(Section):
    """S3-compatible object storage, for archives that outlive the cluster."""

    bucket: str = Field(default="", pattern=r"^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    """Name of an existing bucket; empty to keep the archives on a volume."""
    prefix: str = Field(default="", pattern=r"^$|^[A-Za-z0-9][A-Za-z0-9/_.-]*$")
    """Path in the bucket, for example `chat/production`; empty for its root."""
    endpoint: PlainHttpUrl = ""
    """URL of an S3-compatible service, for example `https://s3.example.org`; empty for Amazon S3."""
    region: str = Field(default="us-east-1", pattern=r"^[A-Za-z0-9-]+$")
    """Region of the bucket; most other services accept any value."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`."""


class MongoDBBackup(Section):
    """Backups of MongoDB: a CronJob that writes archives, and another that restores one on demand."""

    enabled: bool = False
    """Whether to back up MongoDB."""
    schedule: CronSchedule = "30 2 * * *"
    """Schedule as a cron expression: minute, hour, day of month, month, day of week."""
    time_zone: TimeZone = "Etc/UTC"
    """Time zone of the schedule, for example `Europe/Zurich`. The names of archives are in UTC."""
    retention: Retention = Retention()
    """Which archives are kept."""
    storage: Storage = Storage(size="10Gi")
    """The volume for the archives. With `s3.bucket` there is no volume, and `size` limits the space on the node for the
    archive that is being written."""
    s3: S3 = S3()
    """S3-compatible object storage, used instead of a volume."""
    timeout_seconds: Seconds = 3600
    """Seconds for one backup or restore."""
    resources: Resources = resources(cpu="100m", memory="128Mi", memory_limit="1Gi")
    """CPU and memory of each container."""
    pods: Pods = Pods()
    """Fields passed to the pods."""
