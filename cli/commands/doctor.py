"""The command `doctor`."""

import sys
from typing import Annotated

import typer

from cli.console import err, out, readable_errors, show
from cli.options import Stack


def doctor(stack: Stack = "", as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Check what a cluster lacks for a stack, and change nothing. Exit status 0 if `up` can succeed."""
    with readable_errors():
        from cli.doctor.diagnosis import can_succeed
        from cli.doctor.examine import examine
        from cli.session import choose_stack
        from components.settings.findings import LEVELS

        file = choose_stack(stack, err)
        with err.status("asking the cluster"):
            found = examine(file)
    found.sort(key=lambda finding: LEVELS.index(finding.level))
    if as_json:
        findings = [
            {"level": one.level, "check": one.path, "what": one.rule, "why": one.why, "fix": one.fix} for one in found
        ]
        out.print_json(data={"stack": file.name, "canSucceed": can_succeed(found), "findings": findings})
    else:
        show(found)
        counts = ", ".join(f"{sum(one.level == level for one in found)} {level}" for level in LEVELS)
        out.print(f"\n{counts}: `up` {'can succeed' if can_succeed(found) else 'would fail'}")
    sys.exit(0 if can_succeed(found) else 1)
