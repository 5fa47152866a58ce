"""Output of the commands: errors and findings."""

import sys
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from rich.console import Console

from cli.errors import CommandError
from components.settings.findings import Finding, Level, SettingsError

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False, soft_wrap=True)

_COLOURS: dict[Level, str] = {"error": "bold red", "warning": "yellow", "unknown": "cyan", "ok": "green"}


@contextmanager
def readable_errors() -> Generator[None]:
    """Print errors that the person can fix without a stack trace, and exit with status 1."""
    try:
        yield
    except (CommandError, SettingsError) as error:
        err.print(f"[bold red]error:[/] {_escape(str(error))}")
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("interrupted; started operations are in the state, and the next command continues from there")
        sys.exit(130)


def show(findings: Iterable[Finding]) -> None:
    """Print findings: severity, place, problem, why it matters and what to do."""
    for finding in findings:
        out.print(f"[{_COLOURS[finding.level]}]{finding.level:<8}[/] {_escape(str(finding))}")
        for label, text in (("why", finding.why), ("fix", finding.fix)):
            if text:
                out.print(f"           {label}: {_escape(text)}")


def _escape(text: str) -> str:
    return text.replace("[", r"\[")
