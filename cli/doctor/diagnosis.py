"""One thing that was looked at, and what came of it."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "unknown", "ok"]
"""`error`: `up` fails. `warning`: `up` succeeds, and something does not work as the settings say. `unknown`: it cannot
be told from here. `ok`: as it should be."""

LEVELS: tuple[Level, ...] = ("error", "warning", "unknown", "ok")
"""Every level, the gravest first."""


@dataclass(frozen=True)
class Diagnosis:
    """What came of one check.

    check: what was looked at, in a word or two.
    what: what was found.
    why: why it matters; empty for `ok`.
    fix: what to do; empty for `ok`.
    """

    level: Level
    check: str
    what: str
    why: str = ""
    fix: str = ""


def ok(check: str, what: str) -> Diagnosis:
    """Say that something is as it should be."""
    return Diagnosis("ok", check, what)


def can_succeed(found: list[Diagnosis]) -> bool:
    """Say whether `up` can succeed, as far as it can be told."""
    return all(diagnosis.level != "error" for diagnosis in found)
