"""LibreChat as a component of a stack."""

from collections.abc import Iterator, Mapping

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
from ..exposure.settings import Exposure
from ..settings.findings import Finding
from .rules import RULES
from .settings import CREATE_ADMIN_RESOURCES, LibreChatSettings
from .versions import CHART, IMAGES


def _check(settings: LibreChatSettings, prefix: str) -> Iterator[Finding]:
    for rule in RULES:
        yield from rule(settings, prefix)


def _containers(settings: LibreChatSettings) -> Iterator[Containers]:
    yield Containers("librechat", settings.most_replicas, settings.resources)


def _jobs(settings: LibreChatSettings) -> Iterator[ProgramJob]:
    if settings.admin.email:
        yield ProgramJob("the first account", CREATE_ADMIN_RESOURCES)


def _exposures(settings: LibreChatSettings) -> Mapping[str, Exposure]:
    return {"librechat": settings.exposure}


def _data_objects(settings: LibreChatSettings) -> Iterator[DataObject]:
    if settings.files.strategy == "local":
        yield from claim("librechat", settings.storage, "librechat")
    if not settings.existing_secret:
        yield from generated("librechat", "creds-key", "creds-iv")


def _cause(settings: LibreChatSettings, gone: Deployed) -> Cause:
    if gone.kind == "PersistentVolumeClaim" and settings.files.strategy == "s3":
        advice = "existing uploads and images stay on that volume and would be lost; "
        return Cause("librechat.files.strategy", '"s3"', advice)
    return left_out("librechat", gone, settings.storage, settings.existing_secret)


LIBRECHAT = Definition(
    kind="LibreChat",
    namespace="librechat",
    images=IMAGES,
    charts={"librechat": CHART},
    check=_check,
    containers=_containers,
    jobs=_jobs,
    exposures=_exposures,
    data=Data(
        objects=_data_objects,
        cause=_cause,
        made_with=MadeWith(
            "librechat-creds-key", "what is stored was encrypted with the CREDS_KEY of an existing Secret"
        ),
    ),
    # Without them people log in again, and Prometheus gets another token. Of the first account's password the database
    # keeps a hash of its own.
    replaceable=(
        *("-jwt-secret", "-jwt-refresh-secret"),
        *("-metrics-token", "-metrics-secret"),
        *("-admin-password", "-admin-secret"),
    ),
)
