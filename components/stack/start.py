"""Start of the program of a stack."""

from typing import TYPE_CHECKING

from . import process

if TYPE_CHECKING:
    from .program import Stack


def start() -> "Stack":
    """Tune the process of the program, and load the current stack in it.

    Raises:
        pulumi.RunError: settings were refused; the engine prints every finding and changes nothing.
    """
    process.tune()
    process.end_quietly()
    # After the tuning, which is for what this imports: settings and the Kubernetes SDK.
    from .program import Stack  # noqa: PLC0415

    return Stack.load()
