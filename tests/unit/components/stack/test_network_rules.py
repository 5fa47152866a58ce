"""Rules on network access that concern more than one setting."""

from typing import Any

import pytest

from components.stack.network_rules import egress_rules, unknown_controller
from components.stack.settings import Settings

OTHER = {"exposure": {"type": "Ingress", "host": "chat.example.org", "controller": "other"}}


@pytest.mark.parametrize(
    ("policies", "refused"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"ingressController": {"namespace": "edge"}}, False),
        ({"ingressController": {"networks": ["10.0.0.0/8"]}}, False),
    ],
)
def test_traffic_of_an_unknown_controller_needs_a_source(policies: dict[str, Any], refused: bool) -> None:
    settings = Settings.model_validate({"librechat": OTHER, "networkPolicies": policies})
    paths = [finding.path for finding in unknown_controller(settings)]
    assert paths == (["networkPolicies.ingressController.namespace"] if refused else [])


def test_a_misspelled_key_of_an_egress_rule_is_refused() -> None:
    rules = {"ollama": [{"to": [], "ports": []}, {"too": []}]}
    settings = Settings.model_validate({"networkPolicies": {"extraEgress": rules}})
    (finding,) = egress_rules(settings)
    assert (finding.path, finding.value) == ("networkPolicies.extraEgress.ollama[1]", '"too"')
