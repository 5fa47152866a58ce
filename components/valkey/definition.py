"""Valkey as a component of a stack."""

from collections.abc import Iterator

from ..definition import Containers, Definition
from ..settings.findings import Finding
from .settings import ValkeySettings
from .versions import IMAGES


def _check(_settings: ValkeySettings, _prefix: str) -> Iterator[Finding]:
    return iter(())


def _containers(settings: ValkeySettings) -> Iterator[Containers]:
    if settings.enabled:
        yield Containers("valkey", 1, settings.resources)


VALKEY = Definition(
    kind="Valkey",
    namespace="librechat",
    images=IMAGES,
    check=_check,
    containers=_containers,
)
