"""The preset of Traefik."""

from components.exposure.controllers.controller import UNLIMITED, Preset, Route
from components.exposure.controllers.traefik import CONTROLLER, middleware_list


def test_uploads_have_no_limit_because_it_would_hold_back_streams() -> None:
    assert CONTROLLER.preset(Route(name="chat", body_limit_mb=30)) == Preset(timeouts=UNLIMITED)


def test_one_middleware_serves_ingress_and_http_route() -> None:
    found = CONTROLLER.preset(Route(name="chat", networks=["10.0.0.0/8"]))
    (policy,) = found.policies
    assert policy.spec == {"ipAllowList": {"sourceRange": ["10.0.0.0/8"]}}
    assert found.middlewares == ["chat-allowed-networks"] == [f"chat-{policy.suffix}"]
    assert found.filters[0]["extensionRef"]["name"] == "chat-allowed-networks"


def test_middlewares_of_the_preset_come_before_ones_own() -> None:
    assert middleware_list("librechat", ["a", "b"], "") == "librechat-a@kubernetescrd,librechat-b@kubernetescrd"
    assert middleware_list("librechat", ["a"], "x-y@file") == "librechat-a@kubernetescrd,x-y@file"
