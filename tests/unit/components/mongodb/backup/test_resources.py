"""Backups of MongoDB as the program declares them: least privilege, one place for archives, what may talk to what."""

from collections.abc import Callable
from typing import Any

import pytest

import components
from components.mongodb.backup.resources import NAME, RESTORE
from tests.expected_flows import TABLE, expected
from tests.unit.components.network.test_policy import INTERNET, PRIVATE, flows, leaves, manifests
from tests.unit.pods import container, environment, pods, secret_environment, template, violations
from tests.unit.recording import Recording, Resource, run

Execute = Callable[..., Recording]
VOLUME: dict[str, Any] = {"mongodb": {"backup": {"enabled": True}}}
S3: dict[str, Any] = {"bucket": "archives", "prefix": "chat", "region": "eu-central-2", "existingSecret": "s3"}
BUCKET: dict[str, Any] = {"mongodb": {"backup": {"enabled": True, "s3": S3}}}
DATA = f"{NAME}-data"


def own(program: Recording) -> list[Resource]:
    """Everything that the backups consist of."""
    return [r for r in program.resources if r.name.startswith("mongodb-backup-")]


def job(program: Recording, name: str) -> dict[str, Any]:
    return program.object("CronJob", name).spec["jobTemplate"]["spec"]


def volumes(owner: Resource) -> dict[str, Any]:
    return {volume["name"]: volume for volume in template(owner).spec["volumes"]}


def test_there_are_none_unless_asked_for(default_program: Recording) -> None:
    assert own(default_program) == []
    assert default_program.all("CronJob") == []
    assert set(default_program.exports["secrets"]) == {"librechat", "mongodb", "meilisearch"}


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


@pytest.mark.parametrize("settings", [VOLUME, BUCKET], ids=["volume", "bucket"])
def test_the_password_is_generated_and_nowhere_in_the_clear(execute: Execute, settings: dict[str, Any]) -> None:
    program = execute(**settings)
    password = program.generated()["mongodb-backup-password"]
    secret = program.object("Secret", NAME)
    assert secret.inputs["stringData"] == {"MONGO_BACKUP_PASSWORD": password}
    assert secret.is_secret("stringData.MONGO_BACKUP_PASSWORD")
    assert not any(password in text for r in program.resources for text in r.clear_texts())
    assert program.exports["secrets"]["mongodb-backup"] == NAME


def test_the_user_is_made_once_the_database_is_there(execute: Execute) -> None:
    program = execute(**VOLUME)
    (user,) = [found for found in program.all("Job") if found.name == "mongodb-backup-user"]
    assert program.object("StatefulSet", "librechat-mongodb").urn in user.dependencies
    assert user.ignore_changes == ("spec",)
    (made,) = template(user).containers()
    assert secret_environment(made) == {
        "MONGO_INITDB_ROOT_USERNAME": "librechat-mongodb",
        "MONGO_INITDB_ROOT_PASSWORD": "librechat-mongodb",
        "MONGO_APP_DATABASE": "librechat-mongodb",
        "MONGO_BACKUP_PASSWORD": NAME,
    }


def test_with_an_existing_secret_of_mongodb_the_user_still_has_a_password_of_its_own(execute: Execute) -> None:
    program = execute(mongodb={"existingSecret": "database", "backup": {"enabled": True}})
    assert set(program.generated()) >= {"mongodb-backup-password"}
    assert "mongodb-password" not in program.generated()
    assert volumes(program.object("CronJob", RESTORE))["credentials"]["secret"]["secretName"] == "database"


def test_archives_are_on_a_volume_of_their_own(execute: Execute) -> None:
    backup = {"enabled": True, "storage": {"size": "50Gi", "storageClassName": "cold"}}
    program = execute(mongodb={"backup": backup}, dataProtection=True)
    claim = program.object("PersistentVolumeClaim", DATA)
    assert claim.spec["resources"]["requests"]["storage"] == "50Gi"
    assert claim.spec["storageClassName"] == "cold"
    assert claim.protect
    assert claim.retain_on_delete
    for name in (NAME, RESTORE):
        assert volumes(program.object("CronJob", name))["archives"]["persistentVolumeClaim"] == {"claimName": DATA}
    assert [c["name"] for c in template(program.object("CronJob", NAME)).containers()] == ["backup"]
    assert [c["name"] for c in template(program.object("CronJob", RESTORE)).containers()] == ["check", "restore"]


def test_archives_in_a_bucket_need_no_volume(execute: Execute) -> None:
    program = execute(**BUCKET)
    assert [r for r in program.all("PersistentVolumeClaim") if "backup" in r.object_name] == []
    backup, restore = program.object("CronJob", NAME), program.object("CronJob", RESTORE)
    assert [c["name"] for c in template(backup).containers()] == ["dump", "upload"]
    assert [c["name"] for c in template(restore).containers()] == ["download", "check", "restore"]
    for owner, name in ((backup, "upload"), (restore, "download")):
        assert container(owner, name)["image"].startswith("docker.io/rclone/rclone:")
        assert secret_environment(container(owner, name)) == {"AWS_ACCESS_KEY_ID": "s3", "AWS_SECRET_ACCESS_KEY": "s3"}
        values = environment(owner, name)
        assert (values["S3_BUCKET"], values["S3_PREFIX"], values["RCLONE_S3_REGION"]) == (
            "archives",
            "chat",
            "eu-central-2",
        )
        assert values["RCLONE_S3_PROVIDER"] == "AWS"
    assert volumes(backup)["archives"]["emptyDir"] == {"sizeLimit": "10Gi"}


def test_the_schedule_and_the_retention_are_those_of_the_settings(execute: Execute) -> None:
    backup = {
        "enabled": True,
        "schedule": "0 */6 * * *",
        "timeZone": "Europe/Zurich",
        "retention": {"count": 3, "days": 30},
        "timeoutSeconds": 90,
    }
    program = execute(mongodb={"backup": backup})
    spec = program.object("CronJob", NAME).spec
    assert (spec["schedule"], spec["timeZone"], spec["suspend"]) == ("0 */6 * * *", "Europe/Zurich", False)
    assert spec["concurrencyPolicy"] == "Forbid"
    assert job(program, NAME)["activeDeadlineSeconds"] == 90
    values = environment(program.object("CronJob", NAME), "backup")
    assert (values["RETENTION_COUNT"], values["RETENTION_DAYS"], values["TIMEOUT_MINUTES"]) == ("3", "30", "2")


def test_a_restore_never_starts_by_itself_and_never_twice(execute: Execute) -> None:
    program = execute(**VOLUME)
    assert program.object("CronJob", RESTORE).spec["suspend"] is True
    assert job(program, RESTORE)["backoffLimit"] == 0


def test_backups_reach_mongodb_and_nothing_else(execute: Execute) -> None:
    program = execute(**VOLUME)
    table = {*TABLE, (NAME, "librechat-mongodb", 27017)}
    assert flows(program) == expected(manifests(program), table)
    assert not leaves(program, NAME, INTERNET, 443)
    # Nobody reaches them.
    assert not any(target.startswith(f"librechat/{NAME}") for _, target, _, _ in flows(program))


@pytest.mark.parametrize(
    ("endpoint", "reached", "refused"),
    [
        ("", [(INTERNET, 443)], [*((address, 443) for address in PRIVATE), (INTERNET, 80)]),
        ("https://s3.example.org", [(INTERNET, 443), (PRIVATE[0], 443)], [(INTERNET, 80)]),
        ("http://10.0.0.1:9000", [("10.0.0.1", 9000)], [("10.0.0.2", 9000), ("10.0.0.1", 443), (INTERNET, 9000)]),
    ],
)
def test_a_bucket_is_reached_where_it_is(
    execute: Execute, endpoint: str, reached: list[tuple[str, int]], refused: list[tuple[str, int]]
) -> None:
    program = execute(mongodb={"backup": {"enabled": True, "s3": {**S3, "endpoint": endpoint}}})
    assert [found for found in reached if not leaves(program, NAME, *found)] == []
    assert [found for found in refused if leaves(program, NAME, *found)] == []
    assert not leaves(program, "librechat-mongodb", INTERNET, 443)
    values = environment(program.object("CronJob", NAME), "upload")
    assert (values["RCLONE_S3_ENDPOINT"], values["RCLONE_S3_PROVIDER"]) == (endpoint, "Other" if endpoint else "AWS")


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


def test_the_quota_has_room_for_a_backup_of_any_size(execute: Execute) -> None:
    backup = {"enabled": True, "resources": {"requests": {"memory": "40Gi"}, "limits": {"memory": "40Gi"}}}
    hard = execute(mongodb={"backup": backup}).object("ResourceQuota", "quota", "librechat").spec["hard"]
    assert int(hard["requests.memory"].removesuffix("Mi").removesuffix("Gi")) >= 80


def test_the_component_has_them_too() -> None:
    def program() -> None:
        components.MongoDB("store", {"namespace": "ns", "backup": {"enabled": True, "retention": {"count": 3}}})

    recording = run(program)
    assert recording.object("CronJob", NAME, "ns").name == "store-backup-cron-job"
    assert environment(recording.object("CronJob", NAME), "backup")["RETENTION_COUNT"] == "3"
