"""What a command says, and how it says what went wrong."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console

from cli.errors import CommandError
from components.settings.findings import SettingsError

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextmanager
def readable_errors() -> Generator[None]:
    """Tell errors that the person can mend in a sentence, and end with status 1."""
    try:
        yield
    except (CommandError, SettingsError) as error:
        err.print(f"[bold red]error:[/] {_escape(str(error))}")
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("interrupted; what was begun is in the state, and the next command goes on from there")
        sys.exit(130)


def _escape(text: str) -> str:
    return text.replace("[", r"\[")
