"""Linters of shell, JavaScript and nginx files."""

from pathlib import Path

import pytest

from cli.lint_scripts import find_scripts, lint
from cli.project import PROJECT

GOOD = {
    "main.sh": '# shellcheck shell=sh\n. ./functions.sh\nsay_hello\necho "$name"\n',
    "functions.sh": "# shellcheck shell=sh\nname=x\nsay_hello() { echo hello; }\n",
    "user.js": 'db.createUser({ user: "x" });\n',
    "module.mjs": "export const x = await fetch('https://example.org');\n",
    "nginx.conf": "events {}\nhttp { server { listen @port; } }\n",
}


def write(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text)


def test_correct_files_pass(tmp_path: Path) -> None:
    write(tmp_path / "components" / "room" / "scripts", **GOOD)
    found = find_scripts(tmp_path)
    assert [path.name for path in found] == sorted(GOOD)
    assert lint(found) == []


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("main.sh", "# shellcheck shell=sh\necho $HOME\n", "SC2086"),
        ("main.sh", '# shellcheck shell=sh\n. ./functions.sh\necho "$nam"\n', "SC2154"),
        ("main.sh", "# shellcheck shell=sh\n[[ a = b ]]\n", "SC3010"),
        ("user.js", "db.createUser({;\n", "SyntaxError"),
        ("module.mjs", "export const = 1;\n", "SyntaxError"),
        ("nginx.conf", "events {}\nhttp { server { lisen 80; } }\n", 'unknown directive "lisen"'),
        ("nginx.conf", "events {}\nhttp { proxy_pass http://x; }\n", '"proxy_pass" directive is not allowed here'),
        ("nginx.conf", "events {}\nhttp {\n", 'expecting "}"'),
    ],
)
def test_a_mistake_is_found(tmp_path: Path, name: str, text: str, problem: str) -> None:
    write(tmp_path / "components" / "room" / "scripts", **{**GOOD, name: text})
    (found,) = lint(find_scripts(tmp_path))
    assert problem in found
    assert name in found


def test_scripts_of_other_packages_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "tests" / "node_modules" / "x", **{"index.js": "}"})
    write(tmp_path / ".venv" / "lib", **{"activate.sh": "fi"})
    assert find_scripts(tmp_path) == []


def test_the_project_has_scripts_of_every_kind() -> None:
    found = find_scripts(PROJECT)
    assert {path.suffix for path in found} == {".sh", ".js", ".mjs", ".conf"}
    assert PROJECT / "setup.sh" in found
