"""Meilisearch as a component of a stack."""

from collections.abc import Iterator

from ..definition import Cause, Containers, Data, DataObject, Definition, Deployed, claim, generated, left_out
from .settings import MeilisearchSettings
from .versions import IMAGES, upgrade_problem

INDEX = "the index is derived from MongoDB and is built again when search is back; "


def _containers(settings: MeilisearchSettings) -> Iterator[Containers]:
    if settings.is_deployed:
        yield Containers("meilisearch", 1, settings.resources)


def _data_objects(settings: MeilisearchSettings) -> Iterator[DataObject]:
    if not settings.is_deployed:
        return
    yield from claim("meilisearch", settings.storage, "meilisearch")
    yield DataObject("StatefulSet", "meilisearch-stateful-set")
    if not settings.existing_secret:
        yield from generated("meilisearch", "master-key")


def _cause(settings: MeilisearchSettings, gone: Deployed) -> Cause:
    if not settings.enabled:
        return Cause("meilisearch.enabled", "false", INDEX)
    if settings.external.url:
        return Cause("meilisearch.external.url", f'"{settings.external.url}"', INDEX)
    return left_out("meilisearch", gone, settings.storage, settings.existing_secret)


MEILISEARCH = Definition(
    kind="Meilisearch",
    namespace="librechat",
    images=IMAGES,
    containers=_containers,
    data=Data(objects=_data_objects, cause=_cause, upgrade_problem=upgrade_problem),
)
