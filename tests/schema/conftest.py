"""Fixtures of the tests against LibreChat's own schema."""

from typing import Any

import pytest

from components.librechat.config.schema import KNOWN_KEYS, UNEXPANDED_VARIABLES
from tests.schema.upstream import describe


@pytest.fixture(scope="session")
def upstream() -> dict[str, Any]:
    """What the schema knows, under the names that our own constants use."""
    return describe(sections=KNOWN_KEYS, variables=[*UNEXPANDED_VARIABLES, "OPENROUTER_KEY"])
