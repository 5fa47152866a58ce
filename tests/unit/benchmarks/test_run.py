"""One benchmark at a time."""

from pathlib import Path

import pytest
from filelock import FileLock
from rich.console import Console

from benchmarks import run
from benchmarks.errors import BenchmarkError


def test_two_runs_do_not_measure_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "DIRECTORY", tmp_path)
    with FileLock(tmp_path / "lock"), pytest.raises(BenchmarkError, match="another benchmark is running here"):
        run.measure(run.Plan.quick(), "", Console())
