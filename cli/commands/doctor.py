"""The command `doctor`."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape

from cli.console import err, out, readable_errors
from cli.options import Stack

_COLOURS = {"error": "bold red", "warning": "yellow", "unknown": "cyan", "ok": "green"}


def doctor(stack: Stack = "", as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Check what a cluster lacks for a stack, and change nothing. Exit status 0 if `up` can succeed."""
    with readable_errors():
        from cli.doctor.diagnosis import LEVELS, can_succeed
        from cli.doctor.examine import examine
        from cli.session import choose_stack

        file = choose_stack(stack, err)
        with err.status("asking the cluster"):
            found = examine(file)
    found.sort(key=lambda diagnosis: LEVELS.index(diagnosis.level))
    if as_json:
        out.print_json(
            data={"stack": file.name, "canSucceed": can_succeed(found), "findings": list(map(asdict, found))}
        )
    else:
        for diagnosis in found:
            colour = _COLOURS[diagnosis.level]
            out.print(f"[{colour}]{diagnosis.level:<8}[/] {escape(f'{diagnosis.check}: {diagnosis.what}')}")
            for label, text in (("why", diagnosis.why), ("fix", diagnosis.fix)):
                if text:
                    out.print(f"           {label}: {escape(text)}")
        counts = ", ".join(f"{sum(one.level == level for one in found)} {level}" for level in LEVELS)
        out.print(f"\n{counts}: `up` {'can succeed' if can_succeed(found) else 'would fail'}")
    sys.exit(0 if can_succeed(found) else 1)
