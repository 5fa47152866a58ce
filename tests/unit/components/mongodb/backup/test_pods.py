"""The pods of backups and restores: least privilege, images, what settings pass through."""

from collections.abc import Callable
from typing import Any

import pytest

from components.mongodb.backup.names import NAME, RESTORE
from tests.unit.pods import container, pods, secret_environment, template, violations
from tests.unit.recording import Recording, Resource

Execute = Callable[..., Recording]


VOLUME: dict[str, Any] = {"mongodb": {"backup": {"enabled": True}}}


S3: dict[str, Any] = {"bucket": "archives", "prefix": "chat", "region": "eu-central-2", "existingSecret": "s3"}


BUCKET: dict[str, Any] = {"mongodb": {"backup": {"enabled": True, "s3": S3}}}


def volumes(owner: Resource) -> dict[str, Any]:
    return {volume["name"]: volume for volume in template(owner).spec["volumes"]}


@pytest.mark.parametrize("settings", [VOLUME, BUCKET], ids=["volume", "bucket"])
def test_every_pod_is_restricted_and_has_neither_rights_nor_secrets_of_others(
    execute: Execute, settings: dict[str, Any]
) -> None:
    program = execute(**settings)
    found = [pod for pod in pods(program) if pod.owner.name.startswith("mongodb-backup-")]
    assert len(found) == 3
    for pod in found:
        assert list(violations(pod)) == []
        assert pod.spec["serviceAccountName"] == NAME
        assert pod.spec["automountServiceAccountToken"] is False
        assert all("requests" in c["resources"] and "limits" in c["resources"] for c in pod.containers())
        assert pod.spec["restartPolicy"] == "Never"
    backup, restore = program.object("CronJob", NAME), program.object("CronJob", RESTORE)
    assert volumes(backup)["credentials"]["secret"] == {
        "secretName": NAME,
        "items": [{"key": "MONGO_BACKUP_PASSWORD", "path": "password"}],
    }
    assert volumes(restore)["credentials"]["secret"] == {
        "secretName": "librechat-mongodb",
        "items": [{"key": "MONGO_APP_PASSWORD", "path": "password"}],
    }
    # The password of root is in the one pod that makes the user.
    holders = {
        pod.owner.name
        for pod in found
        for c in pod.containers()
        if "MONGO_INITDB_ROOT_PASSWORD" in secret_environment(c)
    }
    assert holders == {"mongodb-backup-user"}
    # Only what talks to MongoDB has a password of it.
    for owner in (backup, restore):
        for c in template(owner).containers():
            reads = any(mount["name"] == "credentials" for mount in c["volumeMounts"])
            assert reads == (c["name"] in {"backup", "dump", "restore"})


def test_with_an_existing_secret_of_mongodb_the_user_still_has_a_password_of_its_own(execute: Execute) -> None:
    program = execute(mongodb={"existingSecret": "database", "backup": {"enabled": True}})
    assert set(program.generated()) >= {"mongodb-backup-password"}
    assert "mongodb-password" not in program.generated()
    assert volumes(program.object("CronJob", RESTORE))["credentials"]["secret"]["secretName"] == "database"


def test_images_come_from_the_mirror(execute: Execute) -> None:
    program = execute(**BUCKET, imageRegistry="mirror.example.org")
    images = {c["image"] for owner in program.all("CronJob") for c in template(owner).containers()}
    assert {image.partition(":")[0] for image in images} == {
        "mirror.example.org/library/mongo",
        "mirror.example.org/rclone/rclone",
    }


def test_what_pods_pass_through_reaches_the_container_that_leaves_the_cluster(execute: Execute) -> None:
    extra = {"nodeSelector": {"disk": "big"}, "envFrom": [{"secretRef": {"name": "proxy"}}]}
    program = execute(mongodb={"backup": {"enabled": True, "s3": S3, "pods": extra}})
    owner = program.object("CronJob", NAME)
    assert template(owner).spec["nodeSelector"] == {"disk": "big"}
    assert container(owner, "upload")["envFrom"] == extra["envFrom"]
