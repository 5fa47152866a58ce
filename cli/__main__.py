"""The command line behind `make`: deploys, inspects and destroys stacks."""

import typer

from cli.commands.backup import backup, backups, restore
from cli.commands.destroy import destroy
from cli.commands.diff import diff
from cli.commands.doctor import doctor
from cli.commands.drift import drift
from cli.commands.env import env
from cli.commands.generate import generate
from cli.commands.history import history
from cli.commands.lint_scripts import lint_scripts
from cli.commands.lock import lock
from cli.commands.login import login
from cli.commands.open import open_page
from cli.commands.policy import policy
from cli.commands.preview import preview
from cli.commands.repair import repair
from cli.commands.rollback import rollback
from cli.commands.secrets import backup_secrets, restore_secrets
from cli.commands.status import status
from cli.commands.unlock import unlock
from cli.commands.up import up
from cli.commands.validate import validate

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
app.command()(up)
app.command()(preview)
app.command()(status)
app.command()(login)
app.command("open")(open_page)
app.command()(drift)
app.command()(repair)
app.command()(destroy)
app.command()(backup)
app.command()(backups)
app.command()(restore)
app.command()(backup_secrets)
app.command()(restore_secrets)
app.command()(history)
app.command()(rollback)
app.command()(unlock)
app.command()(validate)
app.command()(diff)
app.command()(policy)
app.command()(doctor)
app.command()(env)
app.command()(generate)
app.command()(lint_scripts)
app.command()(lock)

if __name__ == "__main__":
    app()
