"""Runs the refreshing preview whose events tell what differs; it changes neither objects nor state."""

from collections.abc import Sequence

from cli import automation
from cli.clusters import answering, connect
from cli.drift.detect import Line, lines
from cli.drift.events import Resource, resources
from cli.drift.releases import deployed, release_lines
from cli.errors import CommandError
from cli.session import Session


def find(session: Session) -> list[Line]:
    """Return every difference between what a stack wants and what the cluster has, in Helm releases too.

    Raises:
        CommandError: What differs cannot be told. The message says why, in the engine's words.
    """
    found = resources(automation.preview(session))
    return [*lines(found), *_of_releases(session, found)]


def _of_releases(session: Session, found: Sequence[Resource]) -> list[Line]:
    """Return what differs in the objects of Helm releases: the preview sees Helm's own record only."""
    if not deployed(found):
        return []
    api = connect(session.stack.kubeconfig_path, session.stack.context)
    try:
        with answering(api, session.stack.context):
            return release_lines(api, found)
    except LookupError as error:
        raise CommandError(f"A Helm release cannot be compared: {error.args[0]}") from error
