"""Who rules let connect to a workload."""

from typing import Any, get_args

import pytest

from components.exposure.settings import ControllerName, Exposure, Gateway
from components.network.ingress_rules import GATEWAY_LABEL, controller_pods, from_outside, from_pods
from components.network.settings import IngressController

TRAEFIK = Exposure(type="Ingress", host="a.example.org", controller="traefik")
FABRIC = Exposure(
    type="HTTPRoute",
    host="a.example.org",
    controller="nginx-gateway-fabric",
    gateway=Gateway(name="web", namespace="edge"),
)


def test_without_clients_there_is_no_rule_at_all() -> None:
    """A rule with an empty `from` lets everybody in."""
    assert from_pods([], 80) == []


def test_clients_reach_one_port() -> None:
    (rule,) = from_pods([{"pod_labels": {"app": "a"}}, {"pod_labels": {"app": "b"}}], 7700)
    assert [entry["pod_selector"] for entry in rule["from_"]] == [  # type: ignore[typeddict-item,union-attr]
        {"match_labels": {"app": "a"}},
        {"match_labels": {"app": "b"}},
    ]


@pytest.mark.parametrize("controller", sorted(set(get_args(ControllerName)) - {"other"}))
def test_every_controller_of_the_settings_has_its_pods(controller: str) -> None:
    exposure = Exposure(
        type="HTTPRoute", host="a.example.org", controller=controller, gateway=Gateway(name="web", namespace="edge")
    )
    pods = controller_pods(exposure, IngressController())
    assert pods is not None
    assert pods["pod_labels"]
    assert pods.get("namespace")


def test_the_pods_of_nginx_gateway_fabric_are_those_of_the_gateway() -> None:
    assert controller_pods(FABRIC, IngressController()) == {"pod_labels": {GATEWAY_LABEL: "web"}, "namespace": "edge"}
    same_namespace = FABRIC.model_copy(update={"gateway": Gateway(name="web")})
    assert controller_pods(same_namespace, IngressController()) == {"pod_labels": {GATEWAY_LABEL: "web"}}


def test_the_settings_say_where_the_controller_is_instead() -> None:
    usual = {"app.kubernetes.io/name": "traefik"}
    assert controller_pods(TRAEFIK, IngressController(namespace="kube-system")) == {
        "pod_labels": usual,
        "namespace": "kube-system",
    }
    assert controller_pods(TRAEFIK, IngressController(pod_labels={"app": "edge"})) == {
        "pod_labels": {"app": "edge"},
        "namespace": "traefik",
    }


def test_of_an_unknown_controller_only_what_the_settings_say_is_allowed() -> None:
    other = Exposure(type="Ingress", host="a.example.org", controller="other")
    assert from_outside(other, IngressController(), 80) == []
    rules: Any = from_outside(other, IngressController(networks=["10.0.0.0/16"]), 80)
    assert rules[0]["from_"] == [{"ip_block": {"cidr": "10.0.0.0/16"}}]
    rules = from_outside(other, IngressController(namespace="edge"), 80)
    assert [entry["pod_selector"] for entry in rules[0]["from_"]] == [{"match_labels": {}}]


def test_what_is_not_exposed_is_not_reached() -> None:
    assert from_outside(Exposure(), IngressController(networks=["10.0.0.0/16"]), 80) == []
