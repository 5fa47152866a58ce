"""The command `validate`."""

from cli.console import out, readable_errors
from cli.options import Stack


def validate(stack: Stack = "dev") -> None:
    """Check a stack's settings and its context, without an engine and without a cluster."""
    with readable_errors():
        from cli.project import read_stack
        from cli.session import refuse_bad_settings

        refuse_bad_settings(read_stack(stack))
    out.print(f"Pulumi.{stack}.yaml is valid")
