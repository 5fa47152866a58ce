"""The data-bearing objects that the settings will create. A test compares them with what the program registers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ...definition import DataObject
from ..settings import Settings, components


@dataclass(frozen=True)
class PlannedObject(DataObject):
    """A data-bearing object that the settings will create.

    Attributes:
        owner: Section of its component; None for a namespace.
        namespace: Its namespace; for a namespace, its name.
    """

    owner: str | None = None
    namespace: str = ""


def data_objects(settings: Settings) -> Mapping[str, PlannedObject]:
    """Return the data-bearing objects that the settings will create, by logical name."""
    return {found.name: found for found in (*_namespaces(settings), *_of_components(settings))}


def _namespaces(settings: Settings) -> Iterator[PlannedObject]:
    for application in ("ollama", "librechat"):
        name = settings.namespaces.name_of(application)
        yield PlannedObject("Namespace", f"{application}-namespace", namespace=name)


def _of_components(settings: Settings) -> Iterator[PlannedObject]:
    for name, component in components().items():
        if component.data:
            namespace = settings.namespaces.name_of(component.namespace)
            for found in component.data.objects(getattr(settings, name)):
                yield PlannedObject(found.kind, found.name, found.path, found.storage, name, namespace)
