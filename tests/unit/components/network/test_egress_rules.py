"""What rules let a workload connect to."""

import ipaddress
from typing import Any

import pytest

from components.network.egress_rules import (
    PRIVATE_NETWORKS,
    is_address,
    to_dns,
    to_internet,
    to_ports,
    to_server,
    to_url,
)
from components.network.settings import Dns
from tests.unit.recording import run

TCP_443 = [{"protocol": "TCP", "port": 443}]


def test_a_server_is_its_pods_on_their_port() -> None:
    rule: Any = to_server({"namespace": "chat", "pod_labels": {"app": "search"}, "port": 7700})
    (found,) = rule["to"]
    assert found["pod_selector"] == {"match_labels": {"app": "search"}}
    assert found["namespace_selector"] == {"match_labels": {"kubernetes.io/metadata.name": "chat"}}
    assert rule["ports"] == [{"protocol": "TCP", "port": 7700}]


def test_names_are_resolved_by_pods_and_by_the_cache_on_the_node() -> None:
    rule: Any = to_dns(Dns(port=5353))
    assert rule["to"][1] == {"ip_block": {"cidr": "169.254.20.10/32"}}
    assert sorted((port["protocol"], port["port"]) for port in rule["ports"]) == [
        ("TCP", 53),
        ("TCP", 5353),
        ("UDP", 53),
        ("UDP", 5353),
    ]


def test_name_resolution_on_openshift() -> None:
    rule: Any = to_dns(Dns(namespace="openshift-dns", pod_labels={"dns": "default"}, port=5353, node_local_address=""))
    assert [(port["protocol"], port["port"]) for port in rule["ports"]] == [("UDP", 5353), ("TCP", 5353)]
    assert len(rule["to"]) == 1


def test_the_internet_is_everything_but_private_networks() -> None:
    rule: Any = to_internet(443)
    blocks = {entry["ip_block"]["cidr"]: entry["ip_block"]["except_"] for entry in rule["to"]}
    assert set(blocks) == {"0.0.0.0/0", "::/0"}
    assert rule["ports"] == TCP_443
    for everything, excepted in blocks.items():
        inside = [ipaddress.ip_network(network).version for network in excepted]
        assert set(inside) == {ipaddress.ip_network(everything).version}, "an exception has to lie inside its block"
    assert "169.254.0.0/16" in PRIVATE_NETWORKS["0.0.0.0/0"], "the metadata server of a cloud"


def test_ports_may_be_known_only_later() -> None:
    result: Any = run(lambda: to_ports([27017, 27018])["ports"]).result  # type: ignore[typeddict-item]
    assert [port["port"] for port in result] == [27017, 27018]


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://s3.example.org", {"ports": TCP_443}),
        ("https://192.0.2.7/bucket", {"ports": TCP_443, "to": [{"ip_block": {"cidr": "192.0.2.7/32"}}]}),
        (
            "http://192.0.2.7:9000",
            {"ports": [{"protocol": "TCP", "port": 9000}], "to": [{"ip_block": {"cidr": "192.0.2.7/32"}}]},
        ),
    ],
)
def test_a_url_with_an_address_allows_only_it(url: str, rule: dict[str, Any]) -> None:
    assert to_url(url) == rule


@pytest.mark.parametrize(
    ("host", "expected"), [("192.0.2.7", True), ("192.0.2", False), ("example.org", False), ("", False)]
)
def test_what_an_address_is(host: str, expected: bool) -> None:
    assert is_address(host) is expected
