"""Runs the refreshing preview whose events tell what differs; it changes neither objects nor state."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from cli import event_log
from cli.clusters import answering, connect
from cli.drift.detect import Line, lines
from cli.drift.events import Resource, errors, resources
from cli.drift.releases import deployed, release_lines
from cli.errors import CommandError
from cli.session import Session


def find(session: Session) -> list[Line]:
    """Give every difference between what a stack wants and what the cluster has, in Helm releases too.

    Raises CommandError with the engine's own words when it cannot tell.
    """
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "events"
        # The flag is for the Automation API, which would also change the stack that is selected here.
        arguments = ["--refresh", "--non-interactive", "--suppress-outputs", "--event-log", str(log)]
        status, said = session.run("preview", arguments, {"PULUMI_DEBUG_COMMANDS": "true"})
        events = event_log.read(log)
    if status:
        raise CommandError("The preview failed: " + ("\n".join(errors(events)) or said))
    found = resources(events)
    return [*lines(found), *_of_releases(session, found)]


def _of_releases(session: Session, found: Sequence[Resource]) -> list[Line]:
    """Give what differs in the objects of Helm releases: the preview sees Helm's own record only."""
    if not deployed(found):
        return []
    api = connect(session.stack.kubeconfig_path, session.stack.context)
    try:
        with answering(api, session.stack.context):
            return release_lines(api, found)
    except LookupError as error:
        raise CommandError(f"A Helm release cannot be compared: {error.args[0]}") from error
