"""Rules on the backups of MongoDB."""

from typing import Any

import pytest

from components.mongodb.backup.rules import destination
from components.mongodb.settings import MongoDBSettings

S3 = {"bucket": "archives", "existingSecret": "s3"}


@pytest.mark.parametrize(
    ("backup", "paths"),
    [
        ({}, []),
        ({"s3": S3}, []),
        ({"s3": {"bucket": "archives"}}, ["s3.existingSecret"]),
        (
            {"s3": {"prefix": "chat", "endpoint": "https://s3.a.b", "existingSecret": "s3"}},
            ["s3.prefix", "s3.endpoint", "s3.existingSecret"],
        ),
        ({"s3": S3, "storage": {"existingClaim": "nas"}}, ["storage.existingClaim"]),
        ({"storage": {"existingClaim": "nas"}}, []),
    ],
)
def test_archives_have_one_place(backup: dict[str, Any], paths: list[str]) -> None:
    found = destination(MongoDBSettings.model_validate({"backup": backup}), "mongodb.")
    assert [finding.path for finding in found] == [f"mongodb.backup.{path}" for path in paths]
