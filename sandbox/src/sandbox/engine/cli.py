"""Command line of the engine: ``python -m sandbox engine``."""

import shlex
import sys
from typing import Annotated

import typer
from rich.console import Console

from sandbox.engine.resolution import resolve
from sandbox.errors import SandboxError


def engine(
    retry: Annotated[
        bool, typer.Option("--retry", help="Try downloads again that failed within the last hour.")
    ] = False,
    official: Annotated[
        bool, typer.Option("--official", help="Take official provider plugins only, no stand-ins.")
    ] = False,
    env: Annotated[
        bool, typer.Option("--env", help='Print PATH for a shell: eval "$(python -m sandbox engine --env)".')
    ] = False,
) -> None:
    """Show the Pulumi engine and plugins in use, installing or building them first if necessary."""
    out = Console(highlight=False, soft_wrap=True)
    err = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        found = resolve(allow_stand_ins=not official, retry=retry, console=err)
    except SandboxError as error:
        err.print(f"[red]error:[/red] {error}")
        sys.exit(1)
    err.print(found.describe())
    for note in found.notes:
        err.print(f"  {note}")
    if env:
        names = ("PATH", "PULUMI_SKIP_UPDATE_CHECK", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION")
        values = found.env()
        for name in names:
            if name in values:
                out.print(f"export {name}={shlex.quote(values[name])}", markup=False)
    else:
        out.print(str(found.pulumi), markup=False)
