"""Settings of the backups of MongoDB."""

from typing import Annotated

from pydantic import Field

from ...settings.base import Section
from ...settings.schedules import CronSchedule, TimeZone
from ...settings.types import OptionalObjectName, PlainHttpUrl
from ...workload.settings import Pods, Resources, Seconds, Storage, resources

USER_JOB_RESOURCES = resources(cpu="100m", memory="256Mi", memory_limit="512Mi")
"""CPU and memory of the Job that creates the user of the backups; mongosh is a Node program."""


class Retention(Section):
    """Which archives are kept: an archive is deleted when it is older than `days` and not among the newest `count`."""

    count: Annotated[int, Field(ge=1)] = 7
    """Newest archives that are kept whatever their age."""
    days: Annotated[int, Field(ge=0)] = 14
    """Days that every archive is kept; with 0, only `count` decides."""


class S3(Section):
    """Object storage with the S3 protocol, for archives that outlive the cluster."""

    bucket: str = Field(default="", pattern=r"^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    """Existing bucket; empty to keep the archives on a volume."""
    prefix: str = Field(default="", pattern=r"^$|^[A-Za-z0-9][A-Za-z0-9/_.-]*$")
    """Path in the bucket, for example `chat/production`; empty for its root."""
    endpoint: PlainHttpUrl = ""
    """URL of the service, for example `https://s3.example.org`; empty for Amazon's."""
    region: str = Field(default="us-east-1", pattern=r"^[A-Za-z0-9-]+$")
    """Region of the bucket; services other than Amazon's mostly take any."""
    existing_secret: OptionalObjectName = ""
    """Secret in LibreChat's namespace with the keys `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`."""


class MongoDBBackup(Section):
    """Backups of MongoDB: a CronJob that writes archives, and one that restores them on demand."""

    enabled: bool = False
    """Whether MongoDB is backed up."""
    schedule: CronSchedule = "30 2 * * *"
    """When, as a cron expression: minute, hour, day of month, month, day of week."""
    time_zone: TimeZone = "Etc/UTC"
    """Time zone of the schedule, for example `Europe/Zurich`. The names of archives are in UTC."""
    retention: Retention = Retention()
    """Which archives are kept."""
    storage: Storage = Storage(size="10Gi")
    """Volume of the archives. With `s3.bucket` there is no volume, and `size` limits the space on the node for the
    archive that is being written."""
    s3: S3 = S3()
    """Object storage instead of a volume."""
    timeout_seconds: Seconds = 3600
    """Seconds for one backup or restore."""
    resources: Resources = resources(cpu="100m", memory="128Mi", memory_limit="1Gi")
    """CPU and memory of each container."""
    pods: Pods = Pods()
    """Passed through to the pods."""
