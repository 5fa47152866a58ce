"""Coordinates of the Helm charts: pinned, and where a setting leads instead."""

import re

import pytest

from components.helm.charts import CHARTS, Chart, is_path, resolve


def test_every_chart_is_pinned_to_one_version() -> None:
    assert set(CHARTS) == {"ollama", "librechat"}
    for chart in CHARTS.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", chart.version)
        assert chart.chart.startswith("oci://") or chart.repository.startswith("https://")


@pytest.mark.parametrize(
    ("name", "settings", "chart"),
    [
        ("ollama", {}, CHARTS["ollama"]),
        ("librechat", {}, CHARTS["librechat"]),
        ("ollama", {"version": "2.0.0"}, Chart("ollama", "https://helm.otwld.com/", "2.0.0")),
        ("ollama", {"repository": "https://m.example.org"}, Chart("ollama", "https://m.example.org", "1.77.0")),
        ("librechat", {"repository": "https://m.example.org"}, Chart("librechat", "https://m.example.org", "2.0.8")),
        ("ollama", {"chart": "oci://m.example.org/ollama"}, Chart("oci://m.example.org/ollama", "", "1.77.0")),
        ("ollama", {"chart": "./charts/ollama"}, Chart("./charts/ollama", "", "")),
        ("ollama", {"chart": "ours", "repository": "https://m"}, Chart("ours", "https://m", "1.77.0")),
    ],
)
def test_a_setting_moves_a_chart(name: str, settings: dict[str, str], chart: Chart) -> None:
    assert resolve(name, **settings) == chart


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("./charts/ollama", True),
        ("../ollama", True),
        ("/srv/charts/ollama", True),
        ("ollama-1.77.0.tgz", True),
        ("ollama", False),
        ("oci://m.example.org/ollama", False),
        ("", False),
    ],
)
def test_a_path_is_told_by_its_look(text: str, path: bool) -> None:
    assert is_path(text) is path
