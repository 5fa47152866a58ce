"""The engine's event log: one JSON document a line.

The Automation API has classes for events. Here they stay as the engine writes them, because recovery copies resources
from them into the state, with every field that the engine knows.
"""

import json
from pathlib import Path
from typing import Any


def read(log: Path) -> list[dict[str, Any]]:
    """Return the events of a log; none if there is no log.

    An incomplete last line is skipped: the engine was killed while writing it, or is still writing.
    """
    try:
        *lines, _ = log.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines]
