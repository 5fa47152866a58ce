"""The preset of NGINX Gateway Fabric."""

from components.exposure.controllers.controller import Route
from components.exposure.controllers.nginx_gateway_fabric import CONTROLLER


def test_streaming_and_uploads_are_policies_and_the_route_has_no_timeouts() -> None:
    found = CONTROLLER.preset(Route(name="chat"))
    uploads, streaming = found.policies
    assert uploads.spec["body"] == {"maxSize": "0"}
    assert streaming.spec["timeout"] == {"read": "3600s", "send": "3600s"}
    assert (found.timeouts, found.filters) == ({}, ())


def test_networks_are_a_snippet_that_ends_with_deny() -> None:
    found = CONTROLLER.preset(Route(name="chat", networks=["10.0.0.0/8"]))
    (snippet,) = found.policies[-1].spec["snippets"]
    assert snippet["value"] == "allow 10.0.0.0/8; deny all;"
    assert found.filters[0]["extensionRef"]["name"] == "chat-allowed-networks"
