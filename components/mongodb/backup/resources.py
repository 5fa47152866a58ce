"""Backups of MongoDB: a CronJob that writes archives, a suspended one that restores them, and the user that reads.

Both keep their archives on a volume, or in object storage with the S3 protocol. Nothing runs by the second CronJob
itself: a restore is a Job that is made from it, so that what runs then was declared and admitted before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from ...component import timeouts
from ...credentials import password
from ...network.egress_rules import to_internet, to_server, to_url
from ...network.peers import Peer, ServerPeer
from ...network.policy import network_policy
from ...network.ports import HTTPS
from ...workload import manifests
from ...workload.pod import with_extras
from ...workload.settings import Pods
from ...workload.workload import Workload
from ..versions import RCLONE
from . import scripts
from .settings import S3, USER_JOB_RESOURCES, MongoDBBackup

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import ContainerArgsDict

NAME = "librechat-mongodb-backup"
"""Name of the CronJob of the backups, and of what selects all pods of this file."""
RESTORE = "librechat-mongodb-restore"
"""Name of the suspended CronJob."""
COMPONENT = "backup"
USER_NAME = "backup"
"""MongoDB's user of the backups, in LibreChat's database."""
PASSWORD_KEY = "MONGO_BACKUP_PASSWORD"  # noqa: S105 - the name of a key
USER = 999
"""uid and gid of `mongodb` in the official image; rclone runs as any."""
GRACE_PERIOD_SECONDS = 5
RETRIES = 2
HISTORY = 3
"""Finished Jobs that stay, with their logs, of those that succeeded and of those that failed."""
S3_KEYS: tuple[str, ...] = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
"""Keys of the Secret for the object storage, and the variables that every client of S3 reads."""
NEVER = "0 0 1 1 *"
"""A CronJob has to have a schedule, even one that is suspended."""
USER_DEADLINE_SECONDS = 300

PODS: Peer = {"pod_labels": manifests.selector(NAME)}
"""The pods that connect to MongoDB."""


@dataclass(frozen=True, kw_only=True)
class _Backups:
    """What the pods of backups and restores have in common.

    workload: namespace, labels, service account, image references.
    settings: the settings.
    account: their service account.
    image: image of MongoDB, which has its database tools.
    secret_name: Secret of MongoDB.
    server_name: name of MongoDB's Service and its port.
    """

    workload: Workload
    settings: MongoDBBackup
    account: pulumi.Input[str]
    image: pulumi.Input[str]
    secret_name: pulumi.Input[str]
    server_name: str

    def mongodb(self, name: str, script: str, secrets: Sequence[str], environment: Mapping[str, str]) -> Any:
        """Give a container that runs MongoDB's tools.

        secrets: keys of MongoDB's Secret that become environment variables.
        """
        container = self._container(name, self.image, script, environment)
        container["env"] = [*container["env"], *manifests.secret_environment(dict.fromkeys(secrets, self.secret_name))]
        return container

    def rclone(self, name: str, script: str, environment: Mapping[str, str]) -> Any:
        """Give a container that talks to the object storage."""
        s3 = self.settings.s3
        keys = dict.fromkeys(S3_KEYS, s3.existing_secret)
        container = self._container(name, self.workload.image(RCLONE, ""), script, {**environment, **_rclone(s3)})
        container["env"] = [*container["env"], *manifests.secret_environment(keys)]
        return container

    def _container(self, name: str, image: pulumi.Input[str], script: str, environment: Mapping[str, str]) -> Any:
        values = {"DIRECTORY": scripts.DIRECTORY, "HOME": "/tmp", **environment}  # noqa: S108 - in the container
        container: ContainerArgsDict = {
            **manifests.base_container(name, image, self.settings.resources),
            "command": ["/bin/sh", "-c", script],
            "env": manifests.environment(values),
            "volume_mounts": [manifests.TMP_MOUNT, manifests.mount("archives", scripts.DIRECTORY)],
        }
        return container

    def job(self, init_containers: Sequence[Any], container: Any, volumes: Sequence[Any], retries: int) -> Any:
        """Give the specification of a Job."""
        pods = self.settings.pods
        spec = self.workload.pod_spec(pods, user=USER, service_account=self.account, grace_period=GRACE_PERIOD_SECONDS)
        pod: Any = {
            **spec,
            "restart_policy": "Never",
            "containers": [container],
            "volumes": [
                # In memory: the tools' password goes through it.
                {"name": "tmp", "empty_dir": {"medium": "Memory", "size_limit": "16Mi"}},
                *volumes,
            ],
        }
        if init_containers:
            pod["init_containers"] = list(init_containers)
        return {
            "backoff_limit": retries,
            "active_deadline_seconds": self.settings.timeout_seconds,
            "template": {"metadata": self.workload.template_metadata(pods), "spec": with_extras(pods, pod)},
        }

    def cron_job(self, resource_name: str, name: str, schedule: Mapping[str, Any], job: Any) -> k8s.batch.v1.CronJob:
        """Create a CronJob."""
        return k8s.batch.v1.CronJob(
            f"{self.workload.resource_name}-{resource_name}",
            metadata=self.workload.metadata(name),
            spec={
                **schedule,  # type: ignore[typeddict-item]
                "concurrency_policy": "Forbid",
                "successful_jobs_history_limit": HISTORY,
                "failed_jobs_history_limit": HISTORY,
                "job_template": {"metadata": {"labels": self.workload.labels}, "spec": job},
            },
            # A claim stays until the last pod that mounts it is gone, finished ones too: where the archives move, the
            # finished Jobs have to go first, and they go with their CronJob.
            opts=self.workload.options(
                replace_on_changes=["spec.jobTemplate.spec.template.spec.volumes"], delete_before_replace=True
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Database:
    """The MongoDB that is backed up.

    Attributes:
        image: Its image, which has its tools.
        secret_name: Its Secret, with `MONGO_APP_DATABASE` and the users.
        server: Its pods.
        stateful_set: Its StatefulSet, which is Ready before the user of the backups is made.
    """

    image: pulumi.Input[str]
    secret_name: pulumi.Input[str]
    server: ServerPeer
    stateful_set: pulumi.Resource


def create_backups(settings: MongoDBBackup, mongodb: Workload, database: Database) -> pulumi.Output[str]:
    """Create what makes and restores backups, and return the name of the Secret with the password of its user."""
    workload = mongodb.part("backup", COMPONENT)
    network_policy(workload, egress=[to_server(database.server), *_to_storage(settings.s3)])
    backups = _Backups(
        workload=workload,
        settings=settings,
        account=workload.service_account(),
        image=database.image,
        secret_name=database.secret_name,
        server_name=f"{mongodb.name}:{database.server['port']}",
    )
    own_secret = _secret(workload)
    _create_user(backups, own_secret, database.stateful_set)
    archives = _archives(settings, workload)
    _backup(backups, own_secret, archives)
    _restore(backups, archives)
    return own_secret


def _to_storage(s3: S3) -> list[Any]:
    if not s3.bucket:
        return []
    return [to_url(s3.endpoint) if s3.endpoint else to_internet(HTTPS)]


def _rclone(s3: S3) -> dict[str, str]:
    """Give the settings of rclone for one bucket, which it takes from the environment instead of a file."""
    return {
        "RCLONE_CONFIG": "",
        "RCLONE_S3_ENV_AUTH": "true",
        "RCLONE_S3_PROVIDER": "Other" if s3.endpoint else "AWS",
        "RCLONE_S3_ENDPOINT": s3.endpoint,
        "RCLONE_S3_REGION": s3.region,
        # Who may write into a bucket need not have the right to create it.
        "RCLONE_S3_NO_CHECK_BUCKET": "true",
        "S3_BUCKET": s3.bucket,
        "S3_PREFIX": s3.prefix,
    }


def _secret(workload: Workload) -> pulumi.Output[str]:
    """Generate the password of the backups' user and its Secret."""
    own = password(f"{workload.resource_name}-password", parent=workload.parent, protected=workload.protected)
    return workload.secret({PASSWORD_KEY: own}, data=True)


def _create_user(backups: _Backups, own_secret: pulumi.Input[str], stateful_set: pulumi.Resource) -> None:
    """Create the Job that creates the user, or gives it its password: the image does so on an empty volume only."""
    workload, pods = backups.workload, Pods()
    spec = workload.pod_spec(pods, user=USER, service_account=backups.account, grace_period=GRACE_PERIOD_SECONDS)
    root = ("MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_PASSWORD", "MONGO_APP_DATABASE")
    sources = {**dict.fromkeys(root, backups.secret_name), PASSWORD_KEY: own_secret}
    values = {"HOME": "/tmp", "MONGODB": backups.server_name, "MONGO_BACKUP_USERNAME": USER_NAME}  # noqa: S108
    k8s.batch.v1.Job(
        f"{workload.resource_name}-user",
        metadata=workload.metadata(
            f"{NAME}-user-{manifests.checksum(scripts.CREATE_USER)[:8]}",
            annotations={"pulumi.com/replaceUnready": "true"},
        ),
        spec={
            "backoff_limit": RETRIES,
            "active_deadline_seconds": USER_DEADLINE_SECONDS,
            "template": {
                "metadata": workload.template_metadata(pods),
                "spec": {
                    **spec,
                    "restart_policy": "Never",
                    "containers": [
                        {
                            **manifests.base_container("user", backups.image, USER_JOB_RESOURCES),
                            "command": ["mongosh", "--nodb", "--norc", "--quiet", "--eval", scripts.CREATE_USER],
                            "env": [*manifests.environment(values), *manifests.secret_environment(sources)],
                            "volume_mounts": [manifests.TMP_MOUNT],
                        }
                    ],
                    "volumes": manifests.empty_dirs(["tmp"]),
                },
            },
        },
        # A template cannot change, and another image is no reason to run it again.
        opts=workload.options(
            depends_on=[stateful_set],
            delete_before_replace=True,
            ignore_changes=["spec"],
            custom_timeouts=timeouts(USER_DEADLINE_SECONDS),
        ),
    )


def _archives(settings: MongoDBBackup, workload: Workload) -> Any:
    """Give the volume where archives are: the claim, or space on the node for the one that goes to object storage."""
    if settings.s3.bucket:
        return {"name": "archives", "empty_dir": {"size_limit": settings.storage.size}}
    return manifests.claim_volume("archives", workload.volume_claim(f"{NAME}-data", settings.storage))


def _credentials(secret: pulumi.Input[str], key: str) -> Any:
    """Give the volume with one password."""
    return {"name": "credentials", "secret": {"secret_name": secret, "items": [{"key": key, "path": "password"}]}}


def _reading(container: Any) -> Any:
    """Give a container that reads the password."""
    mounts = [*container["volume_mounts"], manifests.mount("credentials", "/credentials", read_only=True)]
    values = manifests.environment({"PASSWORD_FILE": scripts.PASSWORD_FILE})
    return {**container, "volume_mounts": mounts, "env": [*container["env"], *values]}


def _backup(backups: _Backups, own_secret: pulumi.Input[str], archives: Any) -> None:
    settings = backups.settings
    tools = {
        "MONGODB": backups.server_name,
        "MONGO_BACKUP_USERNAME": USER_NAME,
        "TIMEOUT_MINUTES": str(-(-settings.timeout_seconds // 60)),
    }
    retention = {
        "RETENTION_COUNT": str(settings.retention.count),
        "RETENTION_DAYS": str(settings.retention.days),
    }
    database = ("MONGO_APP_DATABASE",)
    if settings.s3.bucket:
        init_containers = [_reading(backups.mongodb("dump", scripts.DUMP, database, tools))]
        container = backups.rclone("upload", scripts.UPLOAD, retention)
    else:
        init_containers = []
        container = _reading(backups.mongodb("backup", scripts.BACKUP_TO_VOLUME, database, {**tools, **retention}))
    backups.cron_job(
        "cron-job",
        NAME,
        {"schedule": settings.schedule, "time_zone": settings.time_zone, "suspend": False},
        backups.job(init_containers, container, [archives, _credentials(own_secret, PASSWORD_KEY)], RETRIES),
    )


def _restore(backups: _Backups, archives: Any) -> None:
    """Create the CronJob that never runs: `make restore` makes a Job of it, with the archive's name in BACKUP."""
    # LibreChat's own user may write in its database and nowhere else, which is what a restore needs.
    user = ("MONGO_APP_DATABASE", "MONGO_APP_USERNAME")
    download = [backups.rclone("download", scripts.DOWNLOAD, {})] if backups.settings.s3.bucket else []
    check = backups.mongodb("check", scripts.CHECK, (), {})
    container = _reading(backups.mongodb("restore", scripts.RESTORE, user, {"MONGODB": backups.server_name}))
    credentials = _credentials(backups.secret_name, "MONGO_APP_PASSWORD")
    # A second attempt would not know what the first one left behind.
    job = backups.job([*download, check], container, [archives, credentials], 0)
    backups.cron_job("restore", RESTORE, {"schedule": NEVER, "suspend": True}, job)
