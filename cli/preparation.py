"""What comes before an operation that changes a stack: nobody else works on it, and an interrupted one is recovered."""

import json

from rich.console import Console

from cli import recovery
from cli.clusters import answering, connect
from cli.locks import refusal, remove_stale, stack_locks
from cli.project import NAME
from cli.session import Session


def prepare(session: Session, console: Console) -> None:
    """Remove the locks of killed operations, recover what was interrupted, and say what was done.

    Raises CommandError when somebody else works on the stack.
    """
    refuse_locked(session, console)
    document = json.loads(session.output(["stack", "export"]))
    deployment = document.get("deployment") or {}
    if not deployment.get("pending_operations"):
        return
    api = connect(session.stack.kubeconfig_path, session.stack.context)
    with answering(api, session.stack.context):
        found = recovery.recover(deployment, recovery.finder(api))
    if found:
        session.output(["stack", "import"], recovery.render(document, found))
        for line in recovery.describe(found):
            console.print(line, markup=False)


def refuse_locked(session: Session, console: Console) -> None:
    """Remove the locks of killed operations, and say so.

    Raises CommandError when somebody else works on the stack.
    """
    locks = stack_locks(session.state.env["PULUMI_BACKEND_URL"], NAME, session.stack.name)
    if locks and (left := remove_stale(locks, lambda text: console.print(text, markup=False))):
        raise refusal(session.stack.name, left)
