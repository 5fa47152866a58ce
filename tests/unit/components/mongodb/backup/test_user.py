"""The user of the backups."""

from collections.abc import Callable
from typing import Any

import pytest

from components.mongodb.backup.names import NAME
from tests.unit.pods import secret_environment, template
from tests.unit.recording import Recording

Execute = Callable[..., Recording]


VOLUME: dict[str, Any] = {"mongodb": {"backup": {"enabled": True}}}


S3: dict[str, Any] = {"bucket": "archives", "prefix": "chat", "region": "eu-central-2", "existingSecret": "s3"}


BUCKET: dict[str, Any] = {"mongodb": {"backup": {"enabled": True, "s3": S3}}}


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
