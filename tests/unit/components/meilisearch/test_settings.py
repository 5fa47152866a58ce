"""Settings of Meilisearch."""

from typing import Any

import pytest

from components.meilisearch.settings import MeilisearchSettings


@pytest.mark.parametrize(
    ("values", "deployed", "external"),
    [
        ({}, True, False),
        ({"enabled": False}, False, False),
        ({"external": {"url": "https://a.b"}}, False, True),
        ({"enabled": False, "external": {"url": "https://a.b"}}, False, False),
    ],
)
def test_it_is_in_the_stack_or_outside_or_off(values: dict[str, Any], deployed: bool, external: bool) -> None:
    settings = MeilisearchSettings.model_validate(values)
    assert (settings.is_deployed, settings.is_external) == (deployed, external)
