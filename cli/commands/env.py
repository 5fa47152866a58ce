"""The command `env`."""

import os
import shlex

from cli.console import err, out, readable_errors


def env() -> None:
    """Print the variables with which plain `pulumi` uses the same engine and state: eval "$(python -m cli env)"."""
    with readable_errors():
        from cli import embedded
        from cli.state import find_state

        engine = embedded.engine(allow_stand_ins=True, console=err)
        values = {**engine.env(), **find_state(os.environ).env}
    for name in sorted(values):
        if values[name] != os.environ.get(name):
            out.print(f"export {name}={shlex.quote(values[name])}", markup=False)
