"""Starts the program of a stack."""

from typing import TYPE_CHECKING

from .process import exit_silently_on_interrupt, tune

if TYPE_CHECKING:
    from .program import Stack


def start() -> "Stack":
    """Tune the program's process, and load the current stack.

    Raises:
        pulumi.RunError: Settings were refused. The engine prints every finding and changes nothing.
    """
    tune()
    exit_silently_on_interrupt()
    # Imported after the tuning, which makes this import faster: it loads pydantic's models and the Kubernetes SDK.
    from .program import Stack  # noqa: PLC0415

    return Stack.load()
