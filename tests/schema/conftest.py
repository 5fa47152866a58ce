"""Fixtures of the tests against LibreChat's own schema."""

from typing import Any

import pytest

from tests.schema.generate import SECTIONS, variables
from tests.schema.upstream import describe


@pytest.fixture(scope="session")
def upstream() -> dict[str, Any]:
    """What the schema knows of the sections and variables in components/librechat/config/schema.py."""
    return describe(sections=SECTIONS, variables=variables())
