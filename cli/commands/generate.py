"""The command `generate`."""

import sys
from typing import Annotated

import typer

from cli.console import out


def generate(check: Annotated[bool, typer.Option("--check", help="Fail where one is out of date.")] = False) -> None:
    """Write what is derived from the settings: schema in Pulumi.yaml, components/args.py, docs/configuration.md."""
    from cli.generate import outdated, write

    changed = outdated() if check else write()
    for path in changed:
        out.print(f"{'out of date' if check else 'written'}: {path.name}")
    sys.exit(1 if check and changed else 0)
