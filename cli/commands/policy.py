"""The command `policy`."""

import json
import sys
from typing import Annotated

import typer

from cli.console import err, out, readable_errors, show
from cli.options import Stack


def policy(
    stack: Stack = "",
    config: Annotated[
        bool, typer.Option("--config", help="Only print the file for `pulumi --policy-pack-config`.")
    ] = False,
) -> None:
    """Check what a stack will have against the policy pack. Exit status 1 if a mandatory rule is violated."""
    with readable_errors():
        from cli.policies import pack_config, previewed, violations
        from cli.session import choose_stack, open_session

        if config:
            settings, _ = choose_stack(stack, err).settings()
            print(json.dumps(pack_config(settings), indent=2))  # noqa: T201 - for a machine, not a console
            return
        session = open_session(stack, err)
        # Without --show-sames, a preview leaves out unchanged resources.
        arguments = ["preview", "--json", "--show-sames"]
        arguments += ["--config-file", session.config_file] if session.config_file else []
        resources = previewed(session.output(arguments))
        found = list(violations(resources, session.stack.settings()[0]))
    show(found)
    refused = sum(violation.level == "error" for violation in found)
    out.print(f"{len(resources)} resources: {refused} mandatory and {len(found) - refused} advisory violations")
    sys.exit(1 if refused else 0)
