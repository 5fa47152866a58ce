"""Explanations shown after the engine fails an operation."""

from kubernetes.client import ApiException
from rich.console import Console
from urllib3.exceptions import HTTPError

from cli.clusters import connect, reason, server_of
from cli.diagnosis import describe, diagnose, read
from cli.session import Session


def explain(session: Session, console: Console) -> None:
    """Report the stuck objects of a stack, where and why they are stuck, and how to continue."""
    api = connect(session.stack.kubeconfig_path, session.stack.context)
    try:
        problems = [problem for namespace in session.stack.namespaces for problem in diagnose(read(api, namespace))]
    except (ApiException, HTTPError) as error:
        # The engine has already reported what failed.
        console.print(f"the cluster does not say more: {reason(error, server_of(api))}", markup=False)
        return
    for line in describe(problems, session.stack):
        console.print(line, markup=False)
    if problems:
        name = session.stack.name
        console.print(
            f"correct {session.stack.path.name} and run `make up STACK={name}` again, or go back: "
            f"`make history STACK={name}`, `make rollback REV=n STACK={name}`"
        )
