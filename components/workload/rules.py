"""Rules for every `resources` in the settings."""

from collections.abc import Iterator, Mapping
from typing import cast

from ..settings.base import Section
from ..settings.findings import Finding
from .settings import Resources


def resources_below(section: Section, prefix: str = "") -> Iterator[tuple[str, Resources]]:
    """Yield the key path and value of every `resources` below a section, including those in mappings of sections.

    Args:
        section: The section.
        prefix: Key path of the section with a dot at the end; empty for the root.
    """
    for name, field in type(section).model_fields.items():
        path, value = f"{prefix}{field.alias}", getattr(section, name)
        if isinstance(value, Resources):
            yield path, value
        elif isinstance(value, Section):
            yield from resources_below(value, f"{path}.")
        elif isinstance(value, Mapping):
            for key, entry in cast("Mapping[str, object]", value).items():
                if isinstance(entry, Section):
                    yield from resources_below(entry, f"{path}.{key}.")


def limit_below_request(section: Section, prefix: str = "") -> Iterator[Finding]:
    """Refuse a limit below its request. The API server would refuse it only after other objects were created.

    Args:
        section: The section.
        prefix: Key path of the section with a dot at the end; empty for the root.
    """
    for path, resources in resources_below(section, prefix):
        for name, request, limit in resources.requests.above(resources.limits):
            rule = f"is less than `{path}.requests.{name}: {request}`"
            yield Finding(f"{path}.limits.{name}", f'"{limit}"', rule)
