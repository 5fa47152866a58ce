"""The command `up`."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from cli.console import err, readable_errors
from cli.options import Stack, Yes


def up(
    stack: Stack = "",
    yes: Yes = False,
    message: Annotated[
        str, typer.Option("--message", "-m", help="What `history` says of it. Default: the first line of the commit's.")
    ] = "",
) -> None:
    """Bring a stack up, or change it to what its settings say. Repairs what was changed by hand."""
    with readable_errors():
        from cli.aftermath import explain
        from cli.handover import recover_releases
        from cli.preparation import adopt_created_objects, prepare
        from cli.rollout import describe
        from cli.session import open_session, was_killed
        from cli.watch import watch

        session = open_session(stack, err)
        prepare(session, err)
        # Not --continue-on-error: pulumi 3.230 may then write a state that refers to deleted resources, and not read it
        # again (pulumi/pulumi issue 22427). Objects that do not depend on the failed one are being created anyway.
        # Without data to lose and without a confirmation, a preview only costs time.
        asks = session.stack.data_protection and not yes
        arguments = ["--refresh", *([] if asks else ["--yes", "--skip-preview"])]
        arguments += ["--message", message] if message else []
        with TemporaryDirectory() as directory:
            events = Path(directory) / "events.json"
            arguments += ["--event-log", str(events)]
            with watch(session, events) as watching:
                status = session.change("up", arguments, watching.started)
                # Objects that depend on one missing from the state are found only after that one. If the engine was
                # killed or interrupted, do not retry: that would repeat what was stopped. The next command recovers.
                while status and not (
                    was_killed(status) or watching.verdict or not adopt_created_objects(session, events, err)
                ):
                    events.unlink()
                    status = session.change("up", arguments, watching.started)
            if status and not was_killed(status):
                recover_releases(session, watching.releases, events, err)
            if status and watching.verdict:
                err.print(describe(watching.verdict), markup=False)
        if status:
            explain(session, err)
        elif session.stack.embedded_cluster is not None:
            err.print(
                "note: the pods of the embedded cluster are simulated, so there is nothing to log in to; "
                "`make status` shows its objects, `make destroy` removes it"
            )
    sys.exit(status)
