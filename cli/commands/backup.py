"""The commands `backup`, `backups` and `restore`."""

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.console import err, out, readable_errors
from cli.options import Stack

if TYPE_CHECKING:
    from collections.abc import Generator

    from kubernetes import client

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


@contextmanager
def _cluster(stack: str) -> "Generator[tuple[client.ApiClient, str, str]]":
    """Yield a client, LibreChat's namespace and the stack's name, and turn API errors into command errors."""
    with readable_errors():
        from cli.clusters import connect, readable_api_errors
        from cli.session import choose_stack, refuse_unreachable

        found = choose_stack(stack, err)
        refuse_unreachable(found)
        api = connect(found.kubeconfig_path, found.context)
        with readable_api_errors(api, found.context):
            yield api, found.namespaces[1], found.name


def _tell(line: str) -> None:
    err.print(line, markup=False)


def backup(stack: Stack = "") -> None:
    """Back MongoDB up now."""
    with _cluster(stack) as (api, namespace, _):
        from cli.backups import back_up

        out.print(f"backup: {back_up(api, namespace, _tell)}", markup=False)


def backups(stack: Stack = "") -> None:
    """List the backups of MongoDB, the oldest first."""
    with _cluster(stack) as (api, namespace, _):
        from cli.backups import list_archives

        archives = list_archives(api, namespace)
        table = Table("NAME", "MADE (UTC)", "BYTES", box=None, pad_edge=False)
        for archive in archives:
            table.add_row(archive.name, f"{archive.made:%Y-%m-%d %H:%M:%S}", str(archive.size))
        out.print(table if archives else "there is no backup yet: `make backup`")


def restore(
    name: Annotated[str, typer.Argument(help="Name of the backup as `backups` shows it, or `latest`.")],
    stack: Stack = "",
    yes: Yes = False,
    backup_first: Annotated[
        bool, typer.Option("--backup-first/--no-backup-first", help="Back up the current database first.")
    ] = True,
) -> None:
    """Replace MongoDB's database by a backup. LibreChat is stopped meanwhile."""
    with _cluster(stack) as (api, namespace, stack_name):
        from cli.backups import restore as run
        from cli.errors import CommandError

        question = f"Stack {stack_name}: replace the database in namespace {namespace} by {name}, LibreChat stopped?"
        if not yes and not typer.confirm(question, err=True):
            raise CommandError("Nothing was changed.")
        out.print(f"restore: {run(api, namespace, name, _tell, backup_first=backup_first)}", markup=False)
