"""The preset of Envoy Gateway."""

from components.exposure.controllers.controller import UNLIMITED, Preset, Route
from components.exposure.controllers.envoy_gateway import CONTROLLER


def test_without_limits_only_the_timeouts_are_off() -> None:
    assert CONTROLLER.preset(Route(name="chat")) == Preset(timeouts=UNLIMITED)


def test_policies_are_of_the_http_route() -> None:
    found = CONTROLLER.preset(Route(name="chat", networks=["10.0.0.0/8"], body_limit_mb=30))
    assert [policy.kind for policy in found.policies] == ["BackendTrafficPolicy", "SecurityPolicy"]
    targets = [policy.spec["targetRefs"] for policy in found.policies]
    assert targets == [[{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "chat"}]] * 2
    assert found.policies[0].spec["requestBuffer"] == {"limit": "30Mi"}
    assert found.policies[1].spec["authorization"]["defaultAction"] == "Deny"
