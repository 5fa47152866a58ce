"""The command `rollback`."""

import sys
from typing import Annotated

import typer

from cli.console import err, readable_errors
from cli.options import Stack, Yes

Number = Annotated[int, typer.Argument(metavar="REVISION", help="The revision to go back to, as `history` shows it.")]


def rollback(number: Number, stack: Stack = "", yes: Yes = False) -> None:
    """Bring program and settings back to an earlier revision, as a new revision; data and credentials stay."""
    with readable_errors():
        from cli import event_log
        from cli.aftermath import explain
        from cli.history import read
        from cli.preparation import prepare
        from cli.rollback import choose, planned, refuse_loss
        from cli.rollback_session import at_revision
        from cli.session import open_session

        session = open_session(stack, err)
        prepare(session, err)
        revisions = read(session)
        target = choose(revisions, number)
        with at_revision(session, target, revisions[-1], err) as past:
            log = past.directory.parent / "events.json"
            status = past.pulumi("preview", ["--refresh", "--event-log", str(log)])
            if status:
                err.print(f"revision {number} cannot be deployed now, as said above; nothing was changed")
                sys.exit(status)
            refuse_loss(planned(event_log.read(log)), number)
            asks = session.stack.data_protection and not yes
            if asks and not typer.confirm(f"Bring the stack {session.stack.name} back to revision {number}?"):
                sys.exit(1)
            message = f"rollback to revision {number}"
            status = past.change("up", ["--refresh", "--yes", "--skip-preview", "--message", message])
        if status:
            explain(session, err)
        else:
            err.print(
                f"the stack is back at revision {number} (commit {target.short_commit}); the files here are as they "
                "were, and the next `make up` deploys them again"
            )
    sys.exit(status)
