"""The command `lint-scripts`."""

import sys

from cli.console import out, readable_errors


def lint_scripts() -> None:
    """Check the shell, JavaScript and nginx files with shellcheck, Node and crossplane."""
    with readable_errors():
        from cli.lint_scripts import find_scripts, lint
        from cli.project import PROJECT

        problems = lint(find_scripts(PROJECT))
    for problem in problems:
        out.print(problem, markup=False)
    sys.exit(1 if problems else 0)
