"""The preset of the community's HAProxy controller."""

from components.exposure.controllers.controller import Route
from components.exposure.controllers.haproxy_ingress import CONTROLLER

PREFIX = "haproxy-ingress.github.io"


def test_a_stream_has_an_hour_and_a_body_its_limit() -> None:
    found = CONTROLLER.preset(Route(name="chat", body_limit_mb=30))
    assert found.annotations == {f"{PREFIX}/timeout-server": "3600s", f"{PREFIX}/proxy-body-size": "30m"}


def test_without_an_upload_limit_there_is_no_annotation() -> None:
    assert CONTROLLER.preset(Route(name="chat")).annotations == {f"{PREFIX}/timeout-server": "3600s"}
