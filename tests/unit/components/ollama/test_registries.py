"""The registries that Ollama may reach."""

from typing import Any

import pytest

from components.ollama.registries import to_registries


def test_nothing_is_downloaded_where_nothing_is_pulled() -> None:
    assert to_registries([]) == []


@pytest.mark.parametrize(
    ("models", "ports"),
    [
        (["llama3.2:3b"], [443]),
        (["team/model:1"], [443]),
        (["hf.co/team/model:q4"], [443]),
        (["registry.example.org/team/model:1"], [443]),
        (["registry.example.org:5000/team/model:1"], [5000]),
        (["llama3.2:3b", "localhost:5001/model:1"], [443, 5001]),
    ],
)
def test_registries_of_models(models: list[str], ports: list[int]) -> None:
    rules: list[Any] = to_registries(models)
    assert sorted(port["port"] for rule in rules for port in rule["ports"]) == ports


def test_a_registry_with_an_address_is_allowed_alone() -> None:
    assert to_registries(["192.0.2.4:5000/model:1"]) == [
        {"ports": [{"protocol": "TCP", "port": 5000}], "to": [{"ip_block": {"cidr": "192.0.2.4/32"}}]}
    ]
