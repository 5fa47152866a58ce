"""The preset of HAProxy Technologies' controller."""

from components.exposure.controllers.controller import Route
from components.exposure.controllers.haproxy import CONTROLLER


def test_a_stream_has_an_hour_and_a_body_no_limit() -> None:
    found = CONTROLLER.preset(Route(name="chat", body_limit_mb=30))
    assert found.annotations == {"haproxy.org/timeout-server": "3600s"}


def test_networks_are_an_annotation() -> None:
    found = CONTROLLER.preset(Route(name="chat", networks=["10.0.0.0/8", "fd00::/8"]))
    assert found.annotations["haproxy.org/allow-list"] == "10.0.0.0/8,fd00::/8"
