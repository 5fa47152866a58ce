"""Scripts as containers run them."""

import re
from pathlib import Path

import pytest

import components
from components.scripts import script


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    scripts = tmp_path / "a_package_with_scripts" / "scripts"
    scripts.mkdir(parents=True)
    (scripts.parent / "__init__.py").touch()
    (scripts / "functions.sh").write_text("# shellcheck shell=sh\n# Functions.\n\nfail() { exit 1; }\n")
    (scripts / "start.sh").write_text(
        "# shellcheck shell=sh\n# Starts it.\n. ./functions.sh\n\n# A comment of the script.\nfail\n"
    )
    (scripts / "plain.sh").write_text("# Not a header.\n. /etc/profile\nexit 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    return scripts.parent.name


def test_a_script_is_one_text_with_what_it_includes(package: str) -> None:
    assert script(package, "start.sh") == "\nfail() { exit 1; }\n\n# A comment of the script.\nfail\n"


def test_a_script_without_a_header_is_left_as_it_is(package: str) -> None:
    assert script(package, "plain.sh") == "# Not a header.\n. /etc/profile\nexit 0\n"


def test_a_script_that_is_not_there_is_an_error(package: str) -> None:
    with pytest.raises(FileNotFoundError, match=r"stop\.sh"):
        script(package, "stop.sh")


FILES = sorted(Path(components.__file__).parent.glob("**/scripts/*"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}/{path.name}")
def test_no_include_is_left_over(path: Path) -> None:
    room = path.parent.parent.relative_to(Path(components.__file__).parent)
    text = script(".".join(["components", *room.parts]), path.name)
    assert not re.search(r"^(\. \./|source )|^# shellcheck", text, re.MULTILINE)
    assert text.endswith("\n")
