"""The command `unlock`."""

import sys

import typer

from cli.console import err, out, readable_errors
from cli.options import Stack, Yes


def unlock(stack: Stack = "", yes: Yes = False) -> None:
    """Break the lock that a killed operation left on a stack. Breaking that of a running one damages the state."""
    with readable_errors():
        from cli.automation import engine_errors, stack_of
        from cli.locks import refuse_running, stack_locks
        from cli.project import NAME
        from cli.session import open_state

        session = open_state(stack, err)
        locks = stack_locks(session.state.env["PULUMI_BACKEND_URL"], NAME, session.stack.name)
        if locks == []:
            out.print(f"the stack {session.stack.name} is not locked")
            return
        for lock in locks or []:
            out.print(f"locked by {lock.describe()}", markup=False)
        refuse_running(locks or [])
        if not yes and not typer.confirm(f"Nobody else is working on stack {session.stack.name}: break its lock?"):
            sys.exit(1)
        with engine_errors():
            stack_of(session).cancel()
    out.print(f"the stack {session.stack.name} is unlocked; `make up` recovers what was interrupted")
