"""The parts that presets are made of."""

from components.exposure.controllers.controller import Route, allow_list, extension, target


def test_without_networks_there_is_no_allow_list() -> None:
    assert allow_list("a/b", Route(name="chat")) == {}
    assert allow_list("a/b", Route(name="chat", networks=["10.0.0.0/8", "fd00::/8"])) == {"a/b": "10.0.0.0/8,fd00::/8"}


def test_references_are_those_of_the_gateway_api() -> None:
    assert target(Route(name="chat")) == {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "chat"}
    assert extension("a.b", "Kind", "c") == {
        "type": "ExtensionRef",
        "extensionRef": {"group": "a.b", "kind": "Kind", "name": "c"},
    }
