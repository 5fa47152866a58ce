"""The registry of controllers, and what every record in it has to keep."""

import pkgutil
from typing import Any, get_args

import pytest

from components.exposure import controllers
from components.exposure.controllers import CONTROLLERS
from components.exposure.controllers.controller import Controller, Route
from components.exposure.rules import check_exposure
from components.exposure.settings import ControllerName, Exposure

EVERY = pytest.mark.parametrize("controller", CONTROLLERS.values(), ids=CONTROLLERS)
NETWORKS = ("10.0.0.0/8", "fd00::/8")


def test_the_settings_offer_exactly_the_controllers_of_the_registry() -> None:
    assert get_args(ControllerName) == tuple(CONTROLLERS)


def test_each_module_is_in_the_registry() -> None:
    modules = {module.name.replace("_", "-") for module in pkgutil.iter_modules(controllers.__path__)}
    assert modules - {"controller"} == set(CONTROLLERS)


@EVERY
def test_each_serves_something(controller: Controller) -> None:
    assert controller.serves_ingress or controller.serves_http_route


@EVERY
def test_pods_are_known_of_every_controller_with_a_name(controller: Controller) -> None:
    known = controller.pods is not None or controller.pods_per_gateway
    assert known == (controller.name != "other")
    if controller.pods:
        assert controller.pods.namespace
        assert controller.pods.labels


@EVERY
def test_allowed_networks_keep_the_others_out(controller: Controller) -> None:
    found = controller.preset(Route(name="chat", networks=NETWORKS, body_limit_mb=30))
    said = repr(found.policies) + repr(found.annotations)
    assert all(network in said for network in NETWORKS) == controller.restricts_networks
    assert not any(network in repr(controller.preset(Route(name="chat"))) for network in NETWORKS)


@EVERY
def test_the_annotation_of_networks_is_the_one_of_the_preset(controller: Controller) -> None:
    annotations = controller.preset(Route(name="chat", networks=NETWORKS)).annotations
    holding = [key for key, value in annotations.items() if value == ",".join(NETWORKS)]
    assert holding == ([controller.networks_annotation] if controller.networks_annotation else [])


@EVERY
def test_a_filter_refers_to_an_object_that_the_preset_creates(controller: Controller) -> None:
    found = controller.preset(Route(name="chat", networks=NETWORKS, body_limit_mb=30))
    created = {(policy.kind, f"chat-{policy.suffix}") for policy in found.policies}
    referred: list[Any] = [entry["extensionRef"] for entry in found.filters]
    assert {(reference["kind"], reference["name"]) for reference in referred} <= created


@EVERY
@pytest.mark.parametrize("kind", ["Ingress", "HTTPRoute"])
def test_the_rules_accept_what_the_controller_serves(controller: Controller, kind: str) -> None:
    exposure = Exposure.model_validate(
        {"type": kind, "host": "a.example.org", "controller": controller.name, "gateway": {"name": "edge"}}
    )
    refused = [finding.path for finding in check_exposure(exposure, "exposure")]
    served = controller.serves_ingress if kind == "Ingress" else controller.serves_http_route
    assert refused == ([] if served else ["exposure.controller"])
