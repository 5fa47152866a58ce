"""How much stack `dev` may cost, in counts: they are the same on every machine, where seconds are not.

What a count is today is beside its budget, so that a look shows the room that is left. A change that needs more raises
the budget here, in the same commit, and says why.
"""

from typing import NamedTuple


class Budget(NamedTuple):
    """The most that something may come to, and why it is watched."""

    most: int
    why: str


BUDGETS = {
    "registrations": Budget(65, "60: each is a call to the engine and 12 ms of a preview"),
    "kubernetes objects": Budget(50, "45: each is a read in every refresh and an entry of the state"),
    "providers": Budget(1, "1: each further one starts a plugin of its own, half a second"),
    "depth": Budget(9, "8: what depends on nothing of it is created at the same time"),
    "dependencies": Budget(120, "109: edges that are not real keep the engine waiting"),
    "bytes of inputs": Budget(56_000, "52,600: they are in the state twice or three times"),
    "SDK modules": Budget(145, "132: the groups that are used, and what those import"),
    "third-party packages": Budget(20, "18: what an import of the program loads besides the standard library"),
    "state entries": Budget(68, "63: registrations, the stack itself and the providers of both plugins"),
    "state bytes": Budget(405_000, "376,000 without indentation: it is written after every step of an update"),
    "state bytes per object": Budget(9_000, "8,350: the largest are the Deployments, with the managers of each field"),
}


def over(measured: dict[str, int]) -> dict[str, str]:
    """Give what is over its budget, with what it came to and what it may."""
    return {
        name: f"{value}, budget {BUDGETS[name].most} ({BUDGETS[name].why})"
        for name, value in measured.items()
        if value > BUDGETS[name].most
    }
