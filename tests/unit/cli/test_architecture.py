"""The generated parts of docs/architecture.md."""

from pathlib import Path

import pytest

from cli.architecture import component_table, layer_of, package_diagram, package_imports, render_architecture
from tests.unit import programs

PAGE = programs.ROOT / "docs" / "architecture.md"


def test_every_component_of_a_stack_has_a_row(folder: Path) -> None:
    rows = component_table(programs.recorded("dev", folder)).splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows] == [
        "LibreChat `librechat`",
        "Meilisearch `meilisearch`",
        "MongoDB `mongodb`",
        "Namespace `librechat`",
        "Namespace `ollama`",
        "Ollama `ollama`",
    ]
    (mongodb,) = [row for row in rows if row.startswith("| MongoDB")]
    assert "| `mongodb` | `docker.io/library/mongo:" in mongodb
    assert "StatefulSet `librechat-mongodb`" in mongodb


def test_the_page_shows_components_that_the_stack_leaves_out() -> None:
    assert "| Valkey `valkey` | `valkey` |" in PAGE.read_text()


def test_what_is_written_by_hand_stays() -> None:
    page = PAGE.read_text()
    stale = page.replace("flowchart TB", "flowchart LR").replace("| MongoDB `mongodb` |", "| MariaDB |")
    assert stale != page
    assert render_architecture(stale) == page


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="has no lines `<!-- generated: packages -->`"):
        render_architecture("# Architecture\n")


def test_packages_import_each_other_as_their_modules_do() -> None:
    graph = {"p": {"p.a"}, "p.a": {"p.b.x", "json"}, "p.b.x": {"p.b.y"}, "p.b.y": set[str]()}
    assert package_imports(graph) == {"a": {"b"}, "b": set()}


def test_the_layer_of_an_application_is_that_of_the_registry() -> None:
    layers = [layer_of(package) for package in ("stack", "mongodb", "workload", "settings")]
    assert layers == ["stack", "applications", "shared", "settings"]


def test_the_diagram_has_every_package_and_arrow() -> None:
    lines = {line.strip() for line in package_diagram().splitlines()}
    assert 'mongodb["components/mongodb/"]' in lines
    assert 'context["components/context.py"]' in lines
    assert {"program --> layer_stack", "layer_stack --> layer_applications", "librechat --> mongodb"} <= lines
