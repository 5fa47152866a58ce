"""The command `history`."""

from typing import Annotated

import typer
from rich.table import Column, Table

from cli.console import err, out, readable_errors
from cli.options import Stack


def history(stack: Stack = "", as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show the revisions of a stack: what was deployed when, from which commit, by whom."""
    with readable_errors():
        from cli.history import read
        from cli.session import open_state

        revisions = read(open_state(stack, err))
    if as_json:
        out.print_json(data=[revision.as_json() for revision in revisions])
        return
    names = ("REVISION", "TIME", "TOOK", "KIND", "RESULT", "COMMIT", "CHANGES", "WHO")
    columns = [*(Column(name, no_wrap=True) for name in names), "MESSAGE"]
    table = Table(*columns, box=None, pad_edge=False)
    for revision in revisions:
        table.add_row(
            str(revision.number),
            f"{revision.time.astimezone():%Y-%m-%d %H:%M:%S}",
            revision.took,
            revision.kind,
            revision.result,
            revision.short_commit or "-",
            revision.changes_text,
            revision.who or "-",
            revision.message.partition("\n")[0].replace("[", r"\["),
        )
    out.print(table if revisions else "nothing was deployed yet: `make up`")
