"""What LibreChat's pods may connect to."""

from typing import Any

import pytest

from components import LibreChat
from components.librechat.settings import LibreChatSettings
from tests.unit.programs import CONNECTED, as_args
from tests.unit.recording import run

SEVERAL = {"replicas": 2, "storage": {"accessMode": "ReadWriteMany"}}


def ports(settings: dict[str, Any], **connections: Any) -> list[int]:
    """Return the ports of the egress rules that name ports only, DNS left out."""
    own = {**CONNECTED, "network_policies": {"enabled": True}, **connections}
    args = as_args(LibreChatSettings.model_validate(settings), **own)
    program = run(lambda: LibreChat("librechat", args) and None)
    rules = program.object("NetworkPolicy", "librechat").spec["egress"]
    return sorted(port["port"] for rule in rules for port in rule["ports"] if port["port"] != 53)


@pytest.mark.parametrize(
    ("settings", "connections", "expected"),
    [
        ({}, {}, [11434, 27017]),
        ({}, {"mongodb": {"uri": "mongodb://u:hunter2@db:27099/x"}}, [11434, 27099]),
        ({}, {"mongodb": {"secret_name": "database", "ports": [27088]}}, [11434, 27088]),
        ({}, {"meilisearch": {"url": "https://search.example.org", "secret_name": "search"}}, [443, 11434, 27017]),
        ({**SEVERAL, "redis": {"existingSecret": "redis", "port": 6380}}, {}, [6380, 11434, 27017]),
        ({**SEVERAL, "redis": {"uri": "rediss://:hunter2@redis:6390"}}, {}, [6390, 11434, 27017]),
    ],
)
def test_every_connection_has_its_port(
    settings: dict[str, Any], connections: dict[str, Any], expected: list[int]
) -> None:
    assert ports(settings, **connections) == expected


def test_a_bucket_on_another_port_is_reached_there() -> None:
    s3 = {"bucket": "files", "region": "eu", "existingSecret": "bucket", "endpoint": "https://s3.example.org:9000"}
    assert ports({"files": {"strategy": "s3", "s3": s3}}) == [9000, 11434, 27017]
