"""The command `login`."""

from typing import Annotated

import typer

from cli.console import err, out, readable_errors
from cli.options import Stack


def login(stack: Stack = "", as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show how to log in to LibreChat as its first administrator, the password included."""
    with readable_errors():
        from cli.login import read_login
        from cli.session import open_state

        session = open_state(stack, err)
        found = read_login(session)
    if as_json:
        out.print_json(data=found.document())
    else:
        out.print(f"LibreChat  {found.url}\nE-mail     {found.email}\nPassword   {found.password}", markup=False)
    err.print(
        "note: the account was created with this password, unless there was one with this address already: that was "
        "left as it is. A password that was changed since is not known here"
    )
    if session.stack.embedded_cluster is not None:
        err.print("note: the pods of the embedded cluster are simulated, so nothing answers at this URL")
