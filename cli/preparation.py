"""Preparation of an operation that changes a stack: check its locks, and recover from an interruption."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from kubernetes.client import ApiException
from rich.console import Console
from urllib3.exceptions import HTTPError

from cli import event_log, history, recovery
from cli.clusters import connect, readable_api_errors
from cli.data import mapping
from cli.locks import refusal, remove_leftovers
from cli.project import NAME
from cli.session import Session

CLOCK_SKEW = timedelta(minutes=1)
"""How far the clock of a cluster may be behind this machine's."""


def prepare(session: Session, console: Console) -> None:
    """Remove the locks of killed operations, recover interrupted ones, and print what was done.

    Raises:
        CommandError: Somebody else is working on the stack.
    """
    refuse_locked(session, console)
    document = json.loads(session.output(["stack", "export"]))
    deployment = mapping(document.get("deployment"))
    if not deployment.get("pending_operations"):
        return
    api = connect(session.stack.kubeconfig_path, session.stack.context)
    with readable_api_errors(api, session.stack.context):
        found = recovery.recover(deployment, recovery.finder(api))
    if found:
        _store(session, document, found, console)


def adopt_created_objects(session: Session, log: Path, console: Console) -> bool:
    """Add to the state what a failed operation did create, and return whether there was anything.

    Only objects created since the last intact state are added, so never an object of somebody else.

    Args:
        session: A session of the stack.
        log: Event log of the failed operation.
        console: Console for the report.
    """
    events = event_log.read(log)
    if not events:
        return False
    document = json.loads(session.output(["stack", "export"]))
    candidates = recovery.failed_creations(document.get("deployment") or {}, events)
    if not candidates["pending_operations"]:
        return False
    api = connect(session.stack.kubeconfig_path, session.stack.context)
    since = history.broken_since(history.read(session)) - CLOCK_SKEW
    try:
        found = recovery.recover(candidates, recovery.not_before(recovery.finder(api), since))
    except (ApiException, HTTPError):
        return False  # the cluster is still unreachable; the next command tries again
    if not found or not found.taken:
        return False
    _store(session, document, found, console)
    return True


def _store(session: Session, document: Mapping[str, Any], found: recovery.Recovery, console: Console) -> None:
    session.output(["stack", "import"], recovery.render(document, found))
    for line in recovery.describe(found):
        console.print(line, markup=False)


def refuse_locked(session: Session, console: Console) -> None:
    """Remove the locks of killed operations, and print them.

    Raises:
        CommandError: Somebody else is working on the stack.
    """
    url, name = session.state.env["PULUMI_BACKEND_URL"], session.stack.name
    left = remove_leftovers(url, NAME, name, lambda text: console.print(text, markup=False))
    if left:
        raise refusal(name, left)
