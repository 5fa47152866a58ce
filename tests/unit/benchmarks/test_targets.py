"""Ratios of the targets, on results made up for it."""

from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.results import Results
from benchmarks.targets import TARGETS


@pytest.fixture
def results() -> Results:
    found = Results(
        Path("unused.json"),
        {"commit": "a", "uncommitted": False, "versions": {}, "machine": {"cores": 4, "processor": "a fast one"}},
    )
    for contender, up, image, destroy in (
        ("pulumi full", 6.0, 3.5, 5.5),
        ("pulumi", 2.9, 3.0, 5.0),
        ("pulumi empty", 1.0, 1.0, 1.0),
        ("terraform", 3.0, 1.0, 5.0),
        ("terraform empty", 0.5, 0.5, 0.5),
        ("kubectl full", 2.0, 2.0, 5.0),
    ):
        for step, seconds in (("up", up), ("image", image), ("destroy", destroy)):
            found.add("lifecycle", contender, step, seconds)
        found.fact(contender, drift_found=True, lines=10)
    for contender, step, seconds in (
        ("pulumi full", "uv", 1.8),
        ("pulumi empty", "uv", 1.0),
        ("pulumi full", "pip", 3.6),
        ("pulumi full", "python", 0.9),
        ("pulumi full", "import", 0.6),
    ):
        found.add("preview", contender, step, seconds)
    for objects in (5, 50):
        found.add("growth", "pulumi", "plan", 1 + 0.01 * objects, copies=objects // 5, objects=objects)
        found.add("growth", "pulumi", "refreshed plan", 1 + 0.02 * objects, copies=objects // 5, objects=objects)
        found.add("growth", "terraform", "plan", 0.5 + 0.02 * objects, copies=objects // 5, objects=objects)
        found.fact(f"terraform {objects // 5}", objects=objects, state_bytes=3000 * objects, state_entries=objects)
    found.fact("pulumi", state_bytes=20_000)
    found.fact("terraform", state_bytes=25_000)
    return found


def test_each_target_is_the_ratio_that_it_says(results: Results) -> None:
    ratios = [round(target.ratio(results), 3) for target in TARGETS]
    assert ratios == [1.8, 0.5, 1.5, 0.5, 1.0, 0.76, 1.25, 1.1, 0.8]


def test_a_missed_target_is_told_and_so_is_what_was_not_run(results: Results) -> None:
    results.samples = [s for s in results.samples if (s["part"], s["step"]) != ("preview", "pip")]
    text = report.targets(results)
    assert text.count("**missed**") == 1
    assert "1.50 | **missed**" in text
    assert "not run | pip of pulumi full was not measured" in text


def test_the_page_has_a_place_for_every_part(results: Results) -> None:
    page = report.DOCUMENT.read_text()
    for name in report.sections(results):
        assert f"<!-- begin {name} -->" in page
        assert f"<!-- end {name} -->" in page


def test_a_tool_without_a_command_is_not_shown_with_a_time(results: Results) -> None:
    results.fact("helm", drift_found=None, lines=3)
    results.add("lifecycle", "helm", "drift", 0.0)
    assert "no such command" in report.steps(results, "baseline")


def test_plots_are_drawn_of_what_was_measured(results: Results) -> None:
    drawn = report.plots(results)
    assert set(drawn) == {"growth-plan.svg", "growth-state.svg", "steps-baseline.svg", "steps-full.svg"}
    assert drawn["growth-plan.svg"].count("<polyline") == 2
