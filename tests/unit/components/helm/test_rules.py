"""What a chart cannot express is refused by key path."""

from typing import Any

import pytest

from components.helm.rules import chart_labels, location, without_value
from components.helm.settings import Helm


@pytest.mark.parametrize(
    ("settings", "paths"),
    [
        ({}, []),
        ({"chart": "ours", "repository": "https://m.example.org", "version": "1.0.0"}, []),
        ({"chart": "oci://m.example.org/a", "version": "1.0.0"}, []),
        ({"chart": "oci://m.example.org/a", "repository": "https://m.example.org"}, ["repository"]),
        ({"chart": "./a", "repository": "https://m.example.org", "version": "1.0.0"}, ["repository", "version"]),
        ({"chart": "charts/a"}, ["chart"]),
        ({"values": {"nameOverride": "a", "other": 1}}, ["values.nameOverride"]),
    ],
)
def test_settings_of_a_location_that_contradict_each_other(settings: dict[str, Any], paths: list[str]) -> None:
    found = location(Helm.model_validate(settings), "app.")
    assert [finding.path for finding in found] == [f"app.helm.{path}" for path in paths]


def test_labels_that_charts_set() -> None:
    [finding] = chart_labels({"helm.sh/chart": "a", "team": "b"}, "app.labels")
    assert finding.path == 'app.labels["helm.sh/chart"]'


def test_settings_that_a_chart_has_no_value_for() -> None:
    found = list(without_value("app.", "echo", {"pods.envFrom": [{}], "pods.grace": 7, "pods.class": "a", "empty": ""}))
    assert [(finding.path, finding.value) for finding in found] == [
        ("app.pods.envFrom", ""),
        ("app.pods.grace", "7"),
        ("app.pods.class", '"a"'),
    ]
    assert all("use `app.method: native`" in finding.rule for finding in found)
