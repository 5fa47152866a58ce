"""The engine's event log, a JSON document a line.

The Automation API has classes for events. Here they stay as the engine writes them: recovery puts resources out of them
into the state, with every field that the engine knows.
"""

import json
from pathlib import Path
from typing import Any


def read(log: Path) -> list[dict[str, Any]]:
    """Return the events of a log; none where there is no log.

    The last line is left out where it has no end: the engine was killed while it wrote it, or still does.
    """
    try:
        *lines, _ = log.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]
