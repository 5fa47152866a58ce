"""The command `diff`."""

from typing import Annotated

import typer

from cli.console import out, readable_errors


def diff(
    before: Annotated[str, typer.Option("--from", help="Name of a stack.")],
    after: Annotated[str, typer.Option("--to", help="Name of another stack.")],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show how two stacks differ, in settings and in objects, with neither engine nor cluster."""
    with readable_errors():
        from cli.diff import objects, report, settings
        from cli.errors import CommandError
        from cli.project import read_stack
        from cli.session import settings_findings
        from components.settings.findings import SettingsError

        stacks = read_stack(before), read_stack(after)
        refused = [(stack, found) for stack in stacks if (found := settings_findings(stack))]
        if refused:
            raise CommandError("\n".join(str(SettingsError(found, stack.path.name)) for stack, found in refused))
        found = settings.differences(*stacks), objects.differences(*stacks)
    if as_json:
        out.print_json(data=report.document((before, after), *found))
    else:
        out.print("\n".join(report.text((before, after), *found)), markup=False, crop=False)
