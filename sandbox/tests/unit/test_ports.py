"""Ports are free, different, kept where possible."""

import socket
from collections.abc import Iterator

import pytest

from sandbox.cluster import ports
from sandbox.cluster.ports import LOOPBACK, choose_ports, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_listening_port_is_not_free(taken: int) -> None:
    assert not is_free(taken)


def test_chosen_ports_are_different_and_in_range() -> None:
    chosen = choose_ports([f"p{number}" for number in range(50)])
    assert len(set(chosen.values())) == 50
    assert set(chosen.values()) <= set(ports.RANGE)


def test_free_ports_of_last_time_are_kept_and_taken_ones_replaced(taken: int) -> None:
    kept = choose_ports(["a"])["a"]
    chosen = choose_ports(["a", "b"], keep={"a": kept, "b": taken, "old": 1})
    assert chosen["a"] == kept
    assert chosen["b"] not in (kept, taken)
    assert list(chosen) == ["a", "b"]


def test_no_port_left_is_an_error(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setattr(ports, "RANGE", range(taken, taken + 1))
    with pytest.raises(OSError, match=f"no free port from {taken} to {taken}"):
        choose_ports(["a"])
