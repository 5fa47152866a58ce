"""Rules on MongoDB's settings."""

from collections.abc import Iterator

from ..settings.findings import Finding
from .backup.rules import destination
from .settings import MongoDBSettings


def external(settings: MongoDBSettings, prefix: str) -> Iterator[Finding]:
    """Refuse two sources of one URI, and passwords or backups for a MongoDB that is not part of the stack."""
    if settings.external.uri.get_secret_value() and settings.external.existing_secret:
        rule = f"is the second source of the URI, remove it or `{prefix}external.uri`"
        yield Finding(f"{prefix}external.existingSecret", f'"{settings.external.existing_secret}"', rule)
    if not settings.is_external:
        return
    if settings.existing_secret:
        rule = f"is for the MongoDB of this stack, for one outside set `{prefix}external.existingSecret`"
        yield Finding(f"{prefix}existingSecret", f'"{settings.existing_secret}"', rule)
    if settings.backup.enabled:
        rule = "is for the MongoDB of this stack; one outside is backed up where it runs"
        yield Finding(f"{prefix}backup.enabled", "true", rule)


RULES = (destination, external)
"""Rules on the settings of one MongoDB."""
