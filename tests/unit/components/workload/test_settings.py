"""Amounts of CPU and memory."""

from typing import Any

import pytest

from components.workload.settings import Amounts, resources


def test_only_what_is_set_is_written() -> None:
    assert Amounts(memory="1Gi").mapping() == {"memory": "1Gi"}


def test_amounts_that_a_container_lacks() -> None:
    assert Amounts(cpu="1", memory="1Gi").lacking(Amounts(cpu="2")) == Amounts(memory="1Gi")


@pytest.mark.parametrize(
    ("request_", "limit", "expected"),
    [("1", "500m", ["cpu"]), ("500m", "1", []), ("1000m", "1", []), ("", "1", []), ("1", "", [])],
)
def test_requests_above_their_limit(request_: str, limit: str, expected: list[str]) -> None:
    assert [name for name, *_ in Amounts(cpu=request_).above(Amounts(cpu=limit))] == expected


def test_outputs_are_not_compared() -> None:
    later: Any = object()
    assert list(Amounts(cpu="1").model_copy(update={"cpu": later}).above(Amounts(cpu="500m"))) == []


def test_default_resources_have_no_cpu_limit() -> None:
    assert resources("1", "1Gi", "2Gi").limits.mapping() == {"memory": "2Gi"}
