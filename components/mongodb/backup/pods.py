"""What the pods of backups and restores have in common: containers, volumes, the specification of their Jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi

from ...network.peers import ServerPeer
from ...scripts import script
from ...workload import manifests
from ...workload.pod import with_extras
from ...workload.workload import Workload
from ..versions import RCLONE
from .settings import MongoDBBackup
from .storage import S3_KEYS, rclone_environment

if TYPE_CHECKING:
    from pulumi_kubernetes.batch.v1 import JobSpecArgsDict
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        EnvVarArgsDict,
        PodSpecArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

USER = 999
"""uid and gid of `mongodb` in the official image; rclone runs as any user."""
GRACE_PERIOD_SECONDS = 5
DIRECTORY = "/backup"
"""Where archives are in a pod: the volume, or the space for one archive on its way to object storage."""
CREDENTIALS = "/credentials"
PASSWORD_FILE = f"{CREDENTIALS}/password"


@dataclass(frozen=True, kw_only=True)
class Database:
    """The MongoDB that is backed up.

    Attributes:
        address: Name of its Service, with the port.
        image: Its image, which contains the database tools and mongosh.
        secret_name: Its Secret, with `MONGO_APP_DATABASE` and the users.
        server: Its pods.
        stateful_set: Its StatefulSet, which is Ready before the user of the backups is created.
    """

    address: str
    image: pulumi.Input[str]
    secret_name: pulumi.Input[str]
    server: ServerPeer
    stateful_set: pulumi.Resource


@dataclass(frozen=True, kw_only=True)
class BackupPods:
    """The pods of backups and restores.

    Attributes:
        workload: Namespace, labels, service account, image references.
        settings: Settings of the backups.
        account: Name of their service account.
        database: The MongoDB that they connect to.
    """

    workload: Workload
    settings: MongoDBBackup
    account: pulumi.Input[str]
    database: Database

    def mongo_tools(
        self, name: str, file: str, environment: Mapping[str, str], keys: Sequence[str]
    ) -> "ContainerArgsDict":
        """Return a container that connects to MongoDB with a password from the volume of `password_volume`.

        Args:
            name: Name of the container.
            file: Script that it runs.
            environment: Its variables.
            keys: Keys of MongoDB's Secret that become variables too.
        """
        env = [
            *_environment(environment),
            *manifests.secret_environment(dict.fromkeys(keys, self.database.secret_name)),
            *manifests.environment({"PASSWORD_FILE": PASSWORD_FILE}),
        ]
        mounts = [manifests.mount("credentials", CREDENTIALS, read_only=True)]
        return self._container(name, self.database.image, file, env, mounts)

    def check(self) -> "ContainerArgsDict":
        """Return the container that checks an archive. It needs no password."""
        return self._container("check", self.database.image, "check.sh", _environment({}))

    def rclone(self, name: str, file: str, environment: Mapping[str, str]) -> "ContainerArgsDict":
        """Return a container that connects to the object storage.

        Args:
            name: Name of the container.
            file: Script that it runs.
            environment: Its variables, besides those of rclone.
        """
        s3 = self.settings.s3
        env = [
            *_environment({**environment, **rclone_environment(s3)}),
            *manifests.secret_environment(dict.fromkeys(S3_KEYS, s3.existing_secret)),
        ]
        return self._container(name, self.workload.image(RCLONE, ""), file, env)

    def _container(
        self,
        name: str,
        image: pulumi.Input[str],
        file: str,
        env: "Sequence[EnvVarArgsDict]",
        mounts: "Sequence[VolumeMountArgsDict]" = (),
    ) -> "ContainerArgsDict":
        return {
            **manifests.base_container(name, image, self.settings.resources),
            "command": ["/bin/sh", "-c", script(__package__, file)],
            "env": env,
            "volume_mounts": [manifests.TMP_MOUNT, manifests.mount("archives", DIRECTORY), *mounts],
        }

    def job(
        self, containers: "Sequence[ContainerArgsDict]", volumes: "Sequence[VolumeArgsDict]", *, retries: int
    ) -> "JobSpecArgsDict":
        """Return the specification of a Job.

        Args:
            containers: Its containers in the order in which they run, at least one.
            volumes: Its volumes, besides `/tmp`.
            retries: Attempts after the first one.
        """
        pods = self.settings.pods
        *first, last = containers
        spec: PodSpecArgsDict = {
            **self.workload.pod_spec(pods, user=USER, service_account=self.account, grace_period=GRACE_PERIOD_SECONDS),
            "restart_policy": "Never",
            "containers": [last],
            "volumes": [
                # In memory: the tools' password goes through it.
                {"name": "tmp", "empty_dir": {"medium": "Memory", "size_limit": "16Mi"}},
                *volumes,
            ],
        }
        if first:
            spec["init_containers"] = first
        return {
            "backoff_limit": retries,
            "active_deadline_seconds": self.settings.timeout_seconds,
            "template": {"metadata": self.workload.template_metadata(pods), "spec": with_extras(pods, spec)},
        }


def password_volume(secret_name: pulumi.Input[str], key: str) -> "VolumeArgsDict":
    """Return the volume with one password, the value of a key of a Secret."""
    return {"name": "credentials", "secret": {"secret_name": secret_name, "items": [{"key": key, "path": "password"}]}}


def _environment(values: Mapping[str, str]) -> "list[EnvVarArgsDict]":
    return manifests.environment({"DIRECTORY": DIRECTORY, "HOME": "/tmp", **values})  # noqa: S108 - in the container
