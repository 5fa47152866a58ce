"""The command `preview`."""

import sys
from typing import Annotated

import typer

from cli.console import err, readable_errors
from cli.options import Stack


def preview(
    stack: Stack = "",
    refresh: Annotated[
        bool, typer.Option("--refresh/--no-refresh", help="Compare with the live objects, as `up` does, or the state.")
    ] = True,
    diff: Annotated[bool, typer.Option("--diff", help="Show every property.")] = False,
) -> None:
    """Show what `up` would change, and change nothing."""
    with readable_errors():
        from cli.session import open_session

        session = open_session(stack, err)
        status = session.pulumi("preview", [*(["--diff"] if diff else []), *(["--refresh"] if refresh else [])])
    sys.exit(status)
