"""What an exposure is refused for, and what it is warned of."""

from typing import Any

import pytest

from components.exposure.rules import check_exposure, retired_controller
from components.exposure.settings import Exposure

INGRESS = {"type": "Ingress", "host": "a.example.org"}
ROUTE = {"type": "HTTPRoute", "host": "a.example.org", "controller": "traefik", "gateway": {"name": "edge"}}


def refused(**settings: Any) -> list[str]:
    exposure = Exposure.model_validate(settings)
    return [finding.path for finding in check_exposure(exposure, "librechat.exposure")]


@pytest.mark.parametrize("settings", [{"type": "none"}, INGRESS, ROUTE])
def test_complete_exposures_are_accepted(settings: dict[str, Any]) -> None:
    assert refused(**settings) == []


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({**INGRESS, "host": ""}, "host"),
        ({**INGRESS, "controller": "envoy-gateway"}, "controller"),
        ({**INGRESS, "tls": {"issuer": "letsencrypt"}}, "tls.secretName"),
        ({**ROUTE, "gateway": {}}, "gateway.name"),
        ({**ROUTE, "controller": "haproxy"}, "controller"),
        ({**ROUTE, "tls": {"secretName": "chat-tls"}}, "tls.secretName"),
        ({**INGRESS, "controller": "other", "allowedNetworks": ["10.0.0.0/8"]}, "allowedNetworks"),
        (
            {
                **INGRESS,
                "controller": "haproxy",
                "allowedNetworks": ["10.0.0.0/8"],
                "annotations": {"haproxy.org/allow-list": "192.168.0.0/16"},
            },
            'annotations["haproxy.org/allow-list"]',
        ),
    ],
)
def test_what_has_no_effect_is_refused_at_its_key(settings: dict[str, Any], key: str) -> None:
    assert refused(**settings) == [f"librechat.exposure.{key}"]


def test_a_wrong_implementation_is_told_the_right_ones() -> None:
    exposure = Exposure.model_validate({**ROUTE, "controller": "haproxy"})
    (finding,) = check_exposure(exposure, "exposure")
    assert finding.rule.endswith("write one of traefik, envoy-gateway, nginx-gateway-fabric, other")


def test_only_a_retired_controller_that_is_used_is_warned_of() -> None:
    def warnings(**settings: Any) -> list[str]:
        return list(retired_controller(Exposure.model_validate(settings), "librechat.exposure"))

    (warning,) = warnings(**INGRESS, controller="ingress-nginx")
    assert warning.startswith("`librechat.exposure.controller: ingress-nginx` is retired")
    assert warnings(**INGRESS, controller="traefik") == []
    assert warnings(type="none", controller="ingress-nginx") == []
