"""How the registry behaves: a file that it looks at before every piece that it sends."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Mode = Literal["healthy", "slow", "frozen", "dying"]

_FILE = "behaviour.json"


@dataclass(frozen=True)
class Behaviour:
    """What the registry does with a download."""

    mode: Mode = "healthy"
    """`slow` sends `bytes_per_second` on each connection; `frozen` keeps the connection and sends no more after
    `after_bytes`; `dying` closes it there."""
    bytes_per_second: int = 1 << 20
    after_bytes: int = 1 << 20
    """Bytes of one connection."""


def read(directory: Path) -> Behaviour:
    """Return what the registry is to do now."""
    try:
        return Behaviour(**json.loads((directory / _FILE).read_text()))
    except FileNotFoundError:
        return Behaviour()


def write(directory: Path, behaviour: Behaviour) -> None:
    """Change what the registry does, downloads that run included."""
    temporary = directory / f".{_FILE}"
    temporary.write_text(json.dumps(asdict(behaviour)))
    temporary.replace(directory / _FILE)
