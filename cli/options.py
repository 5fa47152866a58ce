"""Options shared by several commands."""

from typing import Annotated

import typer

Stack = Annotated[
    str, typer.Option("--stack", "-s", help="Name of the stack. Default: dev if its cluster answers, else sandbox.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, even where data is protected.")]
