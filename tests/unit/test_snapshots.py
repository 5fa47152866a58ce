"""What the program registers is what it registered before, byte for byte."""

from pathlib import Path

import pytest

from tests.unit import snapshots


@pytest.mark.parametrize("name", snapshots.NAMES)
def test_objects_are_what_they_were(name: str, folder: Path) -> None:
    expected = (snapshots.FOLDER / f"{name}.yaml").read_text()
    assert snapshots.text(name, folder) == expected, "if the change is meant: `python -m tests.unit.snapshots`"
