"""The command `destroy`."""

import sys
from typing import Annotated

import typer

from cli.console import err, readable_errors
from cli.errors import CommandError
from cli.options import Stack, Yes
from components.settings.findings import SettingsError


def destroy(
    stack: Stack = "",
    yes: Yes = False,
    cluster_gone: Annotated[
        bool, typer.Option("--cluster-gone", help="The cluster is gone for good: empty the state, delete nothing.")
    ] = False,
    keep_data: Annotated[
        bool, typer.Option("--keep-data", help="Leave what `dataProtection` protects, for the next `up` to go on with.")
    ] = False,
) -> None:
    """Remove a stack from its cluster; that of the stack `sandbox` goes too, unless it has other namespaces."""
    with readable_errors():
        status = _forget(stack, yes) if cluster_gone else _destroy(stack, yes, keep_data)
    sys.exit(status)


def _destroy(stack: str, yes: bool, keep_data: bool) -> int:
    from cli import embedded
    from cli.clusters import connect, user_namespaces
    from cli.forget import parse
    from cli.preparation import prepare
    from cli.project import SANDBOX_STACK
    from cli.protection import keys_lost, protected, refuse_destroy
    from cli.session import open_session

    try:
        session = open_session(stack, err)
    except (CommandError, SettingsError) as error:
        raise CommandError(f"{error}{_hint(stack)}") from error
    prepare(session, err)
    export = parse(session.output(["stack", "export"]))
    refuse_destroy(session.stack, protected(export), keep_data)
    # With --keep-data they stay, because they are protected.
    lost = "" if keep_data else keys_lost(session.stack, export)
    if lost:
        err.print(f"warning: {lost}", markup=False)
        if not yes:
            typer.confirm("Destroy it without saving them?", abort=True)
    options = ["--refresh", *(["--exclude-protected"] if keep_data else [])]
    asks = keep_data and not yes
    status = session.change("destroy", [*options, *([] if asks else ["--yes", "--skip-preview"])])
    cluster = session.stack.embedded_cluster
    if not status and session.stack.name == SANDBOX_STACK and cluster is not None:
        others = user_namespaces(connect(session.stack.kubeconfig_path, session.stack.context))
        if others:
            err.print(f"the embedded cluster stays: it still has {', '.join(others)}")
        else:
            embedded.delete_cluster(cluster)
            err.print("the embedded cluster is deleted; its programs stay in the build cache")
    return status


def _hint(stack: str) -> str:
    """Print how to continue when the cluster of a stack does not answer."""
    from cli.clusters import ask
    from cli.project import read_stack, stack_names

    if stack not in stack_names() or not ask(read_stack(stack).kubeconfig_path, read_stack(stack).context).problem:
        return ""
    return f"\nIf that cluster is gone for good: make destroy STACK={stack} GONE=1"


def _forget(name: str, yes: bool) -> int:
    """Remove the objects of a lost cluster from the state."""
    from cli.clusters import ask
    from cli.forget import contents, parse, refuse, save_copy, warning
    from cli.project import read_stack
    from cli.session import session_without_cluster

    if not name:
        raise CommandError("Name the stack whose cluster is gone: make destroy STACK=dev GONE=1")
    stack = read_stack(name)
    answer = ask(stack.kubeconfig_path, stack.context)
    # No plugin runs: the cluster is not reachable anyway.
    session = session_without_cluster(stack, err, allow_stand_ins=True)
    export = session.output(["stack", "export"])
    found = contents(parse(export))
    refuse(stack, answer, found)
    copy = save_copy(stack, export)
    err.print(warning(stack, answer, found, copy), markup=False)
    if not yes:
        typer.confirm("Forget them?", abort=True)
    session.output(["state", "delete", "--all", "--force", "--yes"])
    err.print(f"the state of stack {name} is empty; `make up STACK={name}` starts anew")
    return 0
