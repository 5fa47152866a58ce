"""What MongoDB says of itself."""

from typing import Any

import pytest

from components.definition import Deployed
from components.mongodb.definition import MONGODB
from components.mongodb.settings import MongoDBSettings

EXTERNAL: dict[str, Any] = {"external": {"existingSecret": "database"}}
BACKUP: dict[str, Any] = {"backup": {"enabled": True}}
BUCKET: dict[str, Any] = {"backup": {"enabled": True, "s3": {"bucket": "archives", "existingSecret": "s3"}}}


def settings(**values: Any) -> MongoDBSettings:
    return MongoDBSettings.model_validate(values)


@pytest.mark.parametrize(
    ("values", "pods", "jobs"),
    [
        ({}, {"mongodb": 1}, 0),
        # A backup by hand may run beside the one by schedule.
        (BACKUP, {"mongodb": 1, "mongodb.backup": 2}, 1),
        (EXTERNAL, {}, 0),
    ],
)
def test_what_runs_counts(values: dict[str, Any], pods: dict[str, int], jobs: int) -> None:
    assert {entry.path: entry.pods for entry in MONGODB.containers(settings(**values))} == pods
    assert len(list(MONGODB.jobs(settings(**values)))) == jobs


OWN = {"mongodb-data", "mongodb-stateful-set", "mongodb-root-password", "mongodb-password", "mongodb-secret"}
USER = {"mongodb-backup-password", "mongodb-backup-secret"}


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, OWN),
        ({"storage": {"existingClaim": "old"}}, OWN - {"mongodb-data"}),
        ({"existingSecret": "own"}, {"mongodb-data", "mongodb-stateful-set"}),
        (BACKUP, OWN | USER | {"mongodb-backup-data"}),
        (BUCKET, OWN | USER),
        (EXTERNAL, set()),
    ],
)
def test_what_holds_data_is_named(values: dict[str, Any], names: set[str]) -> None:
    assert MONGODB.data is not None
    assert {entry.name for entry in MONGODB.data.objects(settings(**values))} == names


@pytest.mark.parametrize(
    ("values", "kind", "name", "path"),
    [
        (EXTERNAL, "PersistentVolumeClaim", "mongodb-data", "mongodb.external"),
        ({"storage": {"existingClaim": "a"}}, "PersistentVolumeClaim", "mongodb-data", "mongodb.storage.existingClaim"),
        ({"existingSecret": "a"}, "Secret", "mongodb-secret", "mongodb.existingSecret"),
        ({}, "PersistentVolumeClaim", "mongodb-backup-data", "mongodb.backup.enabled"),
        ({}, "RandomPassword", "mongodb-backup-password", "mongodb.backup.enabled"),
        (BUCKET, "PersistentVolumeClaim", "mongodb-backup-data", "mongodb.backup.s3.bucket"),
        (
            {"backup": {"enabled": True, "storage": {"existingClaim": "a"}}},
            "PersistentVolumeClaim",
            "mongodb-backup-data",
            "mongodb.backup.storage.existingClaim",
        ),
    ],
)
def test_the_setting_that_leaves_out_data_is_named(values: dict[str, Any], kind: str, name: str, path: str) -> None:
    assert MONGODB.data is not None
    assert MONGODB.data.cause(settings(**values), Deployed(kind, name, "mongodb")).path == path


def test_rules_of_the_backups_hold_too() -> None:
    found = MONGODB.check(settings(backup={"s3": {"prefix": "chat"}}), "mongodb.")
    assert [finding.path for finding in found] == ["mongodb.backup.s3.prefix"]
