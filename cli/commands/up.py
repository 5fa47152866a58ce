"""The command `up`."""

import sys

from cli.console import err, readable_errors
from cli.options import Stack, Yes


def up(stack: Stack = "", yes: Yes = False) -> None:
    """Bring a stack up, or change it to what its settings say. Repairs what was changed by hand."""
    with readable_errors():
        from cli.session import open_session

        session = open_session(stack, err)
        # Not --continue-on-error: pulumi 3.230 may then write a state that refers to what it deleted, and reads it no
        # more (pulumi/pulumi issue 22427). What does not wait for an object that fails is under way anyway.
        # Without data to lose, a preview that nobody is asked about only costs time.
        asks = session.stack.data_protection and not yes
        status = session.pulumi("up", ["--refresh", *([] if asks else ["--yes", "--skip-preview"])])
        if not status and session.stack.embedded_cluster is not None:
            err.print(
                "note: the pods of the embedded cluster are simulated, so there is nothing to log in to; "
                "`make status` shows its objects, `make destroy` removes it"
            )
    sys.exit(status)
