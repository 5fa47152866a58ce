"""The command `drift`."""

import sys
from typing import Annotated

import typer

from cli.console import err, out, readable_errors
from cli.options import Stack

DRIFTED = 2
"""Exit status if there is drift; 1 is an error."""


def drift(stack: Stack = "", as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show what differs from the settings in the cluster, and who changed it. Exit status 2 if anything does."""
    with readable_errors():
        from cli.drift.preview import find
        from cli.drift.report import document, text
        from cli.session import open_session

        session = open_session(stack, err, start=False)
        with err.status("comparing with the live objects"):
            found = find(session)
    if as_json:
        out.print_json(data=document(session.stack.name, found))
    elif found:
        out.print("\n".join(text(found)), markup=False, crop=False)
        err.print("`make repair` puts back what was changed in the cluster")
    else:
        out.print("no drift: every live object is as the settings want it")
    sys.exit(DRIFTED if found else 0)
