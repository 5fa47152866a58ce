"""Backups of MongoDB as the program declares them: least privilege, one place for archives, what may talk to what."""

from collections.abc import Callable
from typing import Any

import components
from components.mongodb.backup.names import NAME
from tests.expected_flows import TABLE, expected
from tests.unit.components.network.test_policy import INTERNET, flows, leaves, manifests
from tests.unit.pods import environment, template
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


def test_backups_reach_mongodb_and_nothing_else(execute: Execute) -> None:
    program = execute(**VOLUME)
    table = {*TABLE, (NAME, "librechat-mongodb", 27017)}
    assert flows(program) == expected(manifests(program), table)
    assert not leaves(program, NAME, INTERNET, 443)
    # Nobody reaches them.
    assert not any(target.startswith(f"librechat/{NAME}") for _, target, _, _ in flows(program))


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
