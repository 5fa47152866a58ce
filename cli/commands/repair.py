"""The command `repair`."""

import sys

import typer

from cli.console import err, out, readable_errors
from cli.options import Stack, Yes


def repair(stack: Stack = "", yes: Yes = False) -> None:
    """Put back what was changed in the cluster: shows what differs, then does what `up` does."""
    with readable_errors():
        from cli.clusters import connect, readable_api_errors
        from cli.drift.preview import find
        from cli.drift.releases import rollback_commands
        from cli.drift.report import text
        from cli.drift.undo import remove_added
        from cli.preparation import prepare
        from cli.session import open_session

        session = open_session(stack, err)
        prepare(session, err)
        with err.status("comparing with the live objects"):
            found = find(session)
        if not found:
            out.print("nothing to repair: every live object is as the settings want it")
            sys.exit(0)
        out.print("\n".join(text(found)), markup=False, crop=False)
        asks = session.stack.data_protection and not yes
        if asks and any(line.added for line in found):
            typer.confirm("Remove what is wanted as `(not set)`, after the update that is shown next?", abort=True)
        status = session.change("up", ["--refresh", *([] if asks else ["--yes"])])
        if not status:
            api = connect(session.stack.kubeconfig_path, session.stack.context)
            with readable_api_errors(api, session.stack.context):
                for line in remove_added(api, found):
                    err.print(f"removed: {line.kind} {line.namespace}/{line.name} {line.field}", markup=False)
                for command in rollback_commands(api, found):
                    err.print(f"left: objects of a Helm release, which Helm itself puts back: {command}", markup=False)
    sys.exit(status)
