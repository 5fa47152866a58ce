"""Behaviour of the registry, in a file that it reads before every chunk that it sends."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Mode = Literal["healthy", "slow", "frozen", "dying"]

_FILE = "behaviour.json"


@dataclass(frozen=True)
class Behaviour:
    """How the registry serves downloads."""

    mode: Mode = "healthy"
    """`slow` sends `bytes_per_second` on each connection; `frozen` keeps the connection but stops sending after
    `after_bytes`; `dying` closes it there."""
    bytes_per_second: int = 1 << 20
    after_bytes: int = 1 << 20
    """Bytes in one connection."""


def read(directory: Path) -> Behaviour:
    """Return the current behaviour."""
    try:
        return Behaviour(**json.loads((directory / _FILE).read_text()))
    except FileNotFoundError:
        return Behaviour()


def write(directory: Path, behaviour: Behaviour) -> None:
    """Change the behaviour, including that of running downloads."""
    temporary = directory / f".{_FILE}"
    temporary.write_text(json.dumps(asdict(behaviour)))
    temporary.replace(directory / _FILE)
