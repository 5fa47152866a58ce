"""Rules on MongoDB's settings."""

from typing import Any

import pytest

from components.mongodb.rules import external
from components.mongodb.settings import MongoDBSettings


def findings(**settings: Any) -> list[str]:
    return [finding.path for finding in external(MongoDBSettings.model_validate(settings), "mongodb.")]


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({"existingSecret": "s", "backup": {"enabled": True}}, []),
        ({"external": {"existingSecret": "s"}}, []),
        (
            {"external": {"existingSecret": "s", "uri": "mongodb://user:hunter2@a.b/c"}},
            ["mongodb.external.existingSecret"],
        ),
        ({"external": {"existingSecret": "s"}, "existingSecret": "t"}, ["mongodb.existingSecret"]),
        ({"external": {"existingSecret": "s"}, "backup": {"enabled": True}}, ["mongodb.backup.enabled"]),
    ],
)
def test_what_an_external_mongodb_cannot_have_is_refused(settings: dict[str, Any], paths: list[str]) -> None:
    assert findings(**settings) == paths


def test_no_finding_shows_the_uri() -> None:
    settings = MongoDBSettings.model_validate(
        {"external": {"existingSecret": "s", "uri": "mongodb://user:hunter2@a.b/c"}}
    )
    assert "hunter2" not in "".join(map(str, external(settings, "mongodb.")))
