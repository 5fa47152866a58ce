"""Settings of MongoDB."""

from typing import Any

import pytest

from components.mongodb.settings import MongoDBSettings


@pytest.mark.parametrize(
    ("external", "outside"),
    [({}, False), ({"port": 1}, False), ({"uri": "mongodb://a.b/c"}, True), ({"existingSecret": "s"}, True)],
)
def test_a_uri_or_its_secret_makes_it_external(external: dict[str, Any], outside: bool) -> None:
    assert MongoDBSettings.model_validate({"external": external}).is_external is outside


def test_the_uri_is_not_shown() -> None:
    settings = MongoDBSettings.model_validate({"external": {"uri": "mongodb://user:hunter2@a.b/c"}})
    assert "hunter2" not in repr(settings)
