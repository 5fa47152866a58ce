"""Imports between modules, parsed from their source."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from cli.imports import import_graph


def test_imports_that_run_are_seen_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "p" / "q").mkdir(parents=True)
    sources = {
        "p/__init__.py": "",
        "p/a.py": "from .q import b\nimport json",
        "p/q/__init__.py": "",
        "p/q/b.py": "from typing import TYPE_CHECKING\nfrom ..c import x\nif TYPE_CHECKING:\n    from p import a",
        "p/c.py": "try:\n    from p.a import y\nexcept ImportError:\n    pass\ndef f():\n    import p.q.b",
    }
    for name, text in sources.items():
        (tmp_path / name).write_text(text)
    graph = import_graph(tmp_path, "p")
    assert graph["p.a"] == {"p.q.b", "json"}
    assert graph["p.q.b"] == {"typing", "p.c"}
    assert graph["p.c"] == {"p.a"}
    with pytest.raises(CycleError):
        list(TopologicalSorter(graph).static_order())
