"""Runs the refreshing preview that detects drift; it changes neither objects nor state."""

from collections.abc import Sequence

from cli import automation
from cli.clusters import connect, readable_api_errors
from cli.drift.detect import Line, lines
from cli.drift.events import Resource, resources
from cli.drift.releases import deployed, release_lines
from cli.errors import CommandError
from cli.session import Session


def find(session: Session) -> list[Line]:
    """Return every difference between a stack and its cluster, including Helm releases.

    Raises:
        CommandError: The preview failed. The message quotes the engine.
    """
    found = resources(automation.preview(session))
    return [*lines(found), *_of_releases(session, found)]


def _of_releases(session: Session, found: Sequence[Resource]) -> list[Line]:
    """Return the drift of objects in Helm releases: the preview only sees Helm's own record."""
    if not deployed(found):
        return []
    api = connect(session.stack.kubeconfig_path, session.stack.context)
    try:
        with readable_api_errors(api, session.stack.context):
            return release_lines(api, found)
    except LookupError as error:
        raise CommandError(f"A Helm release cannot be compared: {error.args[0]}") from error
