"""Where archives are kept."""

from collections.abc import Callable
from typing import Any

import pytest

from components.mongodb.backup.names import NAME, RESTORE
from tests.unit.components.network.test_policy import INTERNET, PRIVATE, leaves
from tests.unit.pods import container, environment, secret_environment, template
from tests.unit.recording import Recording, Resource

Execute = Callable[..., Recording]


VOLUME: dict[str, Any] = {"mongodb": {"backup": {"enabled": True}}}


S3: dict[str, Any] = {"bucket": "archives", "prefix": "chat", "region": "eu-central-2", "existingSecret": "s3"}


BUCKET: dict[str, Any] = {"mongodb": {"backup": {"enabled": True, "s3": S3}}}


DATA = f"{NAME}-data"


def volumes(owner: Resource) -> dict[str, Any]:
    return {volume["name"]: volume for volume in template(owner).spec["volumes"]}


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
