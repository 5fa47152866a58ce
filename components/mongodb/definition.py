"""MongoDB as a component of a stack."""

from collections.abc import Iterator

from ..definition import (
    Cause,
    Containers,
    Data,
    DataObject,
    Definition,
    Deployed,
    MadeWith,
    ProgramJob,
    claim,
    generated,
    left_out,
)
from ..settings.findings import Finding
from .backup.settings import USER_JOB_RESOURCES
from .rules import RULES
from .settings import MongoDBSettings
from .versions import IMAGES, upgrade_problem


def _check(settings: MongoDBSettings, prefix: str) -> Iterator[Finding]:
    for rule in RULES:
        yield from rule(settings, prefix)


def _containers(settings: MongoDBSettings) -> Iterator[Containers]:
    if settings.is_external:
        return
    yield Containers("mongodb", 1, settings.resources)
    if settings.backup.enabled:
        yield Containers("mongodb.backup", 2, settings.backup.resources)  # one that runs, and one by hand


def _jobs(settings: MongoDBSettings) -> Iterator[ProgramJob]:
    if settings.backup.enabled:
        yield ProgramJob("the user of the backups", USER_JOB_RESOURCES)


def _data_objects(settings: MongoDBSettings) -> Iterator[DataObject]:
    if settings.is_external:
        return
    yield from claim("mongodb", settings.storage, "mongodb")
    yield DataObject("StatefulSet", "mongodb-stateful-set")
    if not settings.existing_secret:
        yield from generated("mongodb", "root-password", "password")
    if settings.backup.enabled:
        if not settings.backup.s3.bucket:
            yield from claim("mongodb-backup", settings.backup.storage, "mongodb.backup")
        yield from generated("mongodb-backup", "password")


def _cause(settings: MongoDBSettings, gone: Deployed) -> Cause:
    if settings.is_external:
        return Cause("mongodb.external", "", "copy the database there first (mongodump, mongorestore); ")
    archives = gone.kind == "PersistentVolumeClaim" or not settings.backup.enabled
    if gone.name.startswith("mongodb-backup-") and archives:
        path, value = _cause_of_backups(settings)
        return Cause(path, value, "copy the archives elsewhere first; ")
    return left_out("mongodb", gone, settings.storage, settings.existing_secret)


def _cause_of_backups(settings: MongoDBSettings) -> tuple[str, str]:
    """Return key path and value of the setting that leaves out the archives, or the user that makes them."""
    backup = settings.backup
    if not backup.enabled:
        return "mongodb.backup.enabled", "false"
    if backup.s3.bucket:
        return "mongodb.backup.s3.bucket", f'"{backup.s3.bucket}"'
    return "mongodb.backup.storage.existingClaim", f'"{backup.storage.existing_claim}"'


MONGODB = Definition(
    kind="MongoDB",
    namespace="librechat",
    images=IMAGES,
    check=_check,
    containers=_containers,
    jobs=_jobs,
    data=Data(
        objects=_data_objects,
        cause=_cause,
        made_with=MadeWith("mongodb-password", "the database was made with the passwords of an existing Secret"),
        upgrade_problem=upgrade_problem,
    ),
)
