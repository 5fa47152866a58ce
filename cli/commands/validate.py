"""The command `validate`."""

from typing import Annotated

import typer

from cli.console import out, readable_errors


def validate(
    stack: Annotated[str, typer.Option("--stack", "-s", help="Name of the stack. Default: every stack.")] = "",
) -> None:
    """Check the settings of a stack, or of every stack, with neither engine nor cluster nor kubeconfig."""
    with readable_errors():
        from cli.errors import CommandError
        from cli.project import read_stack, stack_names
        from cli.session import settings_findings
        from components.settings.findings import SettingsError

        refused: list[str] = []
        for name in [stack] if stack else stack_names():
            file = read_stack(name)
            if findings := settings_findings(file):
                refused.append(str(SettingsError(findings, file.path.name)))
            else:
                out.print(f"{file.path.name} is valid")
        if refused:
            raise CommandError("\n".join(refused))
