"""Pinned versions: the newest ones that requirements.txt and pyproject.toml allow, written as constraints.

uv's lock file records download URLs, which differ behind a package mirror; constraints hold
versions only. They are in pyproject.toml, where `uv sync` and so `pulumi install` read them, and in
constraints.txt, for `pip install -r requirements.txt -c constraints.txt`.
"""

import json
import re
import subprocess

from cli.errors import CommandError
from cli.project import PROJECT

_BLOCK = re.compile(r"^constraint-dependencies = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)
EXPORT = ("--quiet", "--no-hashes", "--no-annotate", "--no-header", "--all-groups", "--no-emit-workspace")
"""Options of `uv export` for versions only, without this repository's own packages."""

HEADER = "# Written by `make lock`: the versions that this project is tested with.\n"


def render_block(constraints: list[str]) -> str:
    """Render the constraints for pyproject.toml."""
    lines = "".join(f"    {json.dumps(constraint)},\n" for constraint in constraints)
    return f"constraint-dependencies = [\n{lines}]\n"


def parse_export(text: str) -> list[str]:
    """Return the constraints in the output of `uv export`."""
    return [line.strip() for line in text.splitlines() if re.match(r"^[A-Za-z0-9]", line)]


def write() -> list[str]:
    """Resolve the requirements again, write both files, and return the constraints.

    Raises:
        CommandError: The requirements cannot be resolved.
    """
    pyproject = PROJECT / "pyproject.toml"
    before = pyproject.read_text()
    pyproject.write_text(_BLOCK.sub("constraint-dependencies = [\n]\n", before))
    try:
        _uv("lock", "--upgrade", "--quiet")
        constraints = parse_export(_uv("export", *EXPORT))
    except CommandError:
        pyproject.write_text(before)
        raise
    pyproject.write_text(_BLOCK.sub(lambda _: render_block(constraints), before))
    (PROJECT / "constraints.txt").write_text(HEADER + "".join(f"{constraint}\n" for constraint in constraints))
    return constraints


def _uv(*arguments: str) -> str:
    result = subprocess.run(["uv", *arguments], cwd=PROJECT, capture_output=True, text=True, check=False)  # noqa: S603, S607
    if result.returncode:
        raise CommandError(f"uv {arguments[0]}: {result.stderr.strip()}")
    return result.stdout
