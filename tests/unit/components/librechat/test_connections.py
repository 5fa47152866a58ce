"""What LibreChat needs to be connected to."""

from typing import Any

import pytest

from components.librechat.connections import missing
from components.librechat.settings import LibreChatSettings
from tests.unit.programs import CONNECTED

OLLAMA = CONNECTED["ollama"][0]
SEVERAL = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}}
VALKEY = {"valkey": {"secret_name": "valkey"}}


@pytest.mark.parametrize(
    ("settings", "connections", "paths"),
    [
        ({}, {}, []),
        ({}, {"ollama": []}, ["ollama"]),
        ({}, {"ollama": [OLLAMA, {**OLLAMA, "models": []}]}, ["ollama"]),
        ({}, {"mongodb": {}}, ["mongodb"]),
        ({}, {"mongodb": {"secret_name": "database"}}, []),
        ({"existingSecret": "all"}, {"mongodb": {}}, []),
        (SEVERAL, {}, ["replicas"]),
        (SEVERAL, VALKEY, []),
        ({"redis": {"existingSecret": "redis"}}, VALKEY, ["redis.existingSecret"]),
    ],
)
def test_what_is_missing_is_named(settings: dict[str, Any], connections: Any, paths: list[str]) -> None:
    found = missing(LibreChatSettings.model_validate(settings), {**CONNECTED, **connections})
    assert [finding.path for finding in found] == paths
