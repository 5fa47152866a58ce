"""Command line of the sandbox: ``python -m sandbox``."""

import typer

from sandbox.cluster.cli import app as cluster_app

app = typer.Typer(help=__doc__, no_args_is_help=True)
app.add_typer(cluster_app)

if __name__ == "__main__":
    app()
