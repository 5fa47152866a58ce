"""Which engine fits."""

from pathlib import Path

import pytest
from semver import Version

from sandbox.engine.requirements import required_engine, satisfies, sdk_version


@pytest.mark.parametrize(
    ("found", "wanted", "fits"),
    [
        ("3.230.0", "", True),
        ("3.230.0", ">=3.219.0", True),
        ("3.218.9", ">=3.219.0", False),
        ("3.230.0", ">=3.219.0 <4.0.0", True),
        ("4.0.0", ">=3.219.0 <4.0.0", False),
        ("4.0.0", ">=3.219.0,<4", False),
        ("3.230.0", "3.230.0", True),
        ("3.230.1", "=3.230.0", False),
        ("3.230.1", "!3.230.0", True),
        ("3.10.0", ">=3.9", True),
        ("2.5.0", "2.5.0 || >=3.219.0", True),
        ("3.0.0", "2.5.0 || >=3.219.0", False),
        ("3.231.0-alpha.1", ">=3.230.0", True),
    ],
)
def test_range(found: str, wanted: str, fits: bool) -> None:
    assert satisfies(Version.parse(found), wanted) is fits


def test_the_project_file_says_which_engine_it_needs(tmp_path: Path) -> None:
    assert required_engine(tmp_path) == ""
    project = tmp_path / "Pulumi.yaml"
    project.write_text("")
    assert required_engine(tmp_path) == ""
    project.write_text("name: x\n")
    assert required_engine(tmp_path) == ""
    project.write_text('name: x\nrequiredPulumiVersion: ">=3.219.0"\n')
    assert required_engine(tmp_path) == ">=3.219.0"


def test_the_project_is_the_one_around_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Pulumi.yaml").write_text('name: x\nrequiredPulumiVersion: ">=3.219.0"\n')
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert required_engine() == ">=3.219.0"


def test_versions_are_those_of_the_installed_packages() -> None:
    assert Version.parse(sdk_version()).major == 3
    assert Version.parse(sdk_version("kubernetes")).major == 4
