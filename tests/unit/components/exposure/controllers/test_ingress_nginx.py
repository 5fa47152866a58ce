"""The preset of ingress-nginx."""

from components.exposure.controllers.controller import STREAM_TIMEOUT_SECONDS, Route
from components.exposure.controllers.ingress_nginx import CONTROLLER

PREFIX = "nginx.ingress.kubernetes.io"


def test_streams_are_not_cut_and_not_buffered() -> None:
    found = CONTROLLER.preset(Route(name="chat", body_limit_mb=30))
    assert found.annotations == {
        f"{PREFIX}/proxy-read-timeout": str(STREAM_TIMEOUT_SECONDS),
        f"{PREFIX}/proxy-send-timeout": str(STREAM_TIMEOUT_SECONDS),
        f"{PREFIX}/proxy-buffering": "off",
        f"{PREFIX}/proxy-request-buffering": "off",
        f"{PREFIX}/proxy-body-size": "30m",
    }


def test_no_upload_limit_is_written_because_the_default_is_1_mb() -> None:
    assert CONTROLLER.preset(Route(name="chat")).annotations[f"{PREFIX}/proxy-body-size"] == "0m"


def test_it_is_retired() -> None:
    assert "March 2026" in CONTROLLER.retired
