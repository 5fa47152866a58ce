"""Where a chart comes from: the pinned one, and what a setting changes about it."""

import re
from pathlib import Path

import pytest

from components.helm.charts import Chart, is_complete, is_path, resolve
from components.stack.settings import charts

PAGE = Path(__file__).resolve().parents[4] / "docs" / "helm.md"
MIRROR = "https://charts.example.org"
REPOSITORY = Chart("ollama", "https://helm.example.org/", "1.2.3")
REGISTRY = Chart("oci://registry.example.org/charts/librechat", "", "4.5.6")


def test_every_chart_is_pinned_to_one_version() -> None:
    assert set(charts()) == {"ollama", "librechat"}
    for name, chart in charts().items():
        assert chart.name == name
        assert re.fullmatch(r"\d+\.\d+\.\d+", chart.version)
        assert chart.chart.startswith("oci://") or chart.repository.startswith("https://")


def test_the_page_names_the_pinned_versions() -> None:
    versions = ", ".join(f"{name} {chart.version}" for name, chart in charts().items())
    assert f"({versions})" in " ".join(PAGE.read_text().split())


@pytest.mark.parametrize(
    ("pinned", "settings", "chart"),
    [
        (REPOSITORY, {}, REPOSITORY),
        (REGISTRY, {}, REGISTRY),
        (REPOSITORY, {"version": "2.0.0"}, Chart("ollama", "https://helm.example.org/", "2.0.0")),
        (REGISTRY, {"version": "2.0.0"}, Chart(REGISTRY.chart, "", "2.0.0")),
        (REPOSITORY, {"repository": MIRROR}, Chart("ollama", MIRROR, "1.2.3")),
        (REGISTRY, {"repository": MIRROR}, Chart("librechat", MIRROR, "4.5.6")),
        (REPOSITORY, {"chart": "oci://m.example.org/ollama"}, Chart("oci://m.example.org/ollama", "", "1.2.3")),
        (REPOSITORY, {"chart": "./charts/ollama"}, Chart("./charts/ollama", "", "")),
        (REPOSITORY, {"chart": "ours", "repository": MIRROR}, Chart("ours", MIRROR, "1.2.3")),
    ],
)
def test_a_setting_changes_where_a_chart_comes_from(pinned: Chart, settings: dict[str, str], chart: Chart) -> None:
    assert resolve(pinned, **settings) == chart


@pytest.mark.parametrize(
    ("text", "path", "complete"),
    [
        ("./charts/ollama", True, True),
        ("../ollama", True, True),
        ("/srv/charts/ollama", True, True),
        ("ollama-1.77.0.tgz", True, True),
        ("ollama", False, False),
        ("oci://m.example.org/ollama", False, True),
        ("", False, False),
    ],
)
def test_the_kind_of_a_location_is_seen_in_its_form(text: str, path: bool, complete: bool) -> None:
    assert is_path(text) is path
    assert is_complete(text) is complete
