"""Rules on the backups of MongoDB."""

from collections.abc import Iterator

from ...settings.findings import Finding
from ..settings import MongoDBSettings


def destination(settings: MongoDBSettings, prefix: str) -> Iterator[Finding]:
    """Refuse an incomplete object storage, and two places for the archives.

    Args:
        settings: Settings of MongoDB.
        prefix: Key path before `backup`, with its dot.
    """
    s3, path = settings.backup.s3, f"{prefix}backup"
    if not s3.bucket:
        for name, value in (("prefix", s3.prefix), ("endpoint", s3.endpoint), ("existingSecret", s3.existing_secret)):
            if value:
                yield Finding(f"{path}.s3.{name}", f'"{value}"', f"has no effect without `{path}.s3.bucket`")
        return
    if not s3.existing_secret:
        rule = f"`{path}.s3.bucket` needs a Secret with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`"
        yield Finding(f"{path}.s3.existingSecret", '""', rule)
    claim = settings.backup.storage.existing_claim
    if claim:
        rule = f"has no effect, the archives go to `{path}.s3.bucket`: remove one of the two"
        yield Finding(f"{path}.storage.existingClaim", f'"{claim}"', rule)
