"""Runs the refreshing preview whose events tell what differs; it changes neither objects nor state."""

import json
import tempfile
from pathlib import Path
from typing import Any

from cli.drift.detect import Line, lines
from cli.drift.events import errors, resources
from cli.errors import CommandError
from cli.session import Session


def find(session: Session) -> list[Line]:
    """Give every difference between what a stack wants and what the cluster has.

    Raises CommandError with the engine's own words when it cannot tell.
    """
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "events"
        # The flag is for the Automation API, which would also change the stack that is selected here.
        arguments = ["--refresh", "--non-interactive", "--suppress-outputs", "--event-log", str(log)]
        status, said = session.run("preview", arguments, {"PULUMI_DEBUG_COMMANDS": "true"})
        events: list[dict[str, Any]] = (
            [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        )
    if status:
        raise CommandError("The preview failed: " + ("\n".join(errors(events)) or said))
    return lines(resources(events))
