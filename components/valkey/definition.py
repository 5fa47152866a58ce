"""Valkey as a component of a stack."""

from collections.abc import Iterator

from ..definition import Containers, Definition
from .settings import ValkeySettings
from .versions import IMAGES


def _containers(settings: ValkeySettings) -> Iterator[Containers]:
    if settings.enabled:
        yield Containers("valkey", 1, settings.resources)


VALKEY = Definition(
    kind="Valkey",
    namespace="librechat",
    images=IMAGES,
    containers=_containers,
)
