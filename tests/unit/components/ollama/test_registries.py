"""Registries that Ollama downloads models from, as destinations of its NetworkPolicy."""

from typing import Any

import pytest

from components.ollama.registries import to_registries


def reached(*models: str) -> list[tuple[str, int]]:
    """Destination and port of each rule."""
    rules: list[Any] = to_registries(models)
    return [
        (
            "Internet" if len(rule.get("to", [])) > 1 else rule["to"][0]["ip_block"]["cidr"] if "to" in rule else "any",
            port,
        )
        for rule in rules
        for port in [rule["ports"][0]["port"]]
    ]


@pytest.mark.parametrize(
    ("models", "rules"),
    [
        ([], []),
        (["llama2:7b", "team/model:v1", "hf.co/team/model:q4"], [("Internet", 443)]),
        (["registry.example.org:5000/team/model:v1"], [("any", 5000)]),
        (["10.0.0.1:5000/team/model:v1"], [("10.0.0.1/32", 5000)]),
        (["localhost/team/model:v1"], [("any", 443)]),
        (["llama2:7b", "a.example.org/m:1"], [("Internet", 443), ("any", 443)]),
    ],
)
def test_downloads_come_from_the_hosts_in_the_names(models: list[str], rules: list[tuple[str, int]]) -> None:
    assert reached(*models) == rules
