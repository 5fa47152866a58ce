"""Ports of rules, URLs and connection strings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.network.ports import tcp, uri_ports, url_port


def test_tcp_ports_are_written_one_by_one() -> None:
    assert tcp(80, 443) == [{"protocol": "TCP", "port": 80}, {"protocol": "TCP", "port": 443}]


@pytest.mark.parametrize(
    ("uri", "default", "ports"),
    [
        ("mongodb://user:pass@host:27018/db", 27017, [27018]),
        ("mongodb://host", 27017, [27017]),
        ("mongodb://u:p%40:1@a:1,b:2,c/db?x=y:9", 27017, [1, 2, 27017]),
        ("mongodb+srv://u:p@cluster.example.org/db", 27017, [27017]),
        ("mongodb://u:p@[::1]:27018/db", 27017, [27018]),
        ("rediss://:pw@h:6380/0", 6379, [6380]),
        ("redis://a:7001,redis://b:7002", 6379, [7001, 7002]),
        ("", 6379, [6379]),
        ("no uri at all", 6379, [6379]),
    ],
)
def test_ports_of_a_uri(uri: str, default: int, ports: list[int]) -> None:
    assert uri_ports(uri, default) == ports


@settings(deadline=None)
@given(st.text(), st.integers(1, 65535))
def test_any_text_gives_at_least_one_port(uri: str, default: int) -> None:
    """A rule without ports would allow them all."""
    assert uri_ports(uri, default)


@pytest.mark.parametrize(("url", "port"), [("http://a", 80), ("https://a/", 443), ("http://a:7700", 7700)])
def test_port_of_a_url(url: str, port: int) -> None:
    assert url_port(url) == port
