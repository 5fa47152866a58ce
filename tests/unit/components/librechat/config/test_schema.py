"""The generated table of LibreChat's schema. tests/schema compares it with the package itself."""

import json
from pathlib import Path

from components.librechat.config import schema
from components.librechat.config.schema import FILE_LIMIT_ENDPOINTS, KNOWN_KEYS, RESERVED_ENDPOINT_NAMES

PACKAGES = Path(__file__).parents[4] / "schema" / "package.json"


def test_it_was_generated_from_the_pinned_package() -> None:
    version = json.loads(PACKAGES.read_text())["dependencies"]["librechat-data-provider"]
    assert f"librechat-data-provider {version} by `make librechat-schema`" in str(schema.__doc__)


def test_it_knows_what_this_program_writes() -> None:
    assert {"version", "cache", "fileStrategy", "registration", "fileConfig", "endpoints"} <= KNOWN_KEYS[""]
    assert {"default", "custom"} <= set(FILE_LIMIT_ENDPOINTS)
    assert "Ollama" not in RESERVED_ENDPOINT_NAMES
