"""The command `generate`."""

import sys
from typing import Annotated

import typer

from cli.console import out


def generate(check: Annotated[bool, typer.Option("--check", help="Fail where one is out of date.")] = False) -> None:
    """Write what is generated from the code: Pulumi.yaml's schema, components/args.py, two pages of docs."""
    from cli.generate import outdated, write

    changed = outdated() if check else write()
    for path in changed:
        out.print(f"{'out of date' if check else 'written'}: {path.name}")
    sys.exit(1 if check and changed else 0)
