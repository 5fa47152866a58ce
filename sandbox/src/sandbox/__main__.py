"""Command line of the sandbox: ``python -m sandbox``."""

import typer

from sandbox.cluster.cli import app as cluster_app
from sandbox.engine.cli import engine

app = typer.Typer(help=__doc__, no_args_is_help=True)
app.add_typer(cluster_app)
app.command()(engine)

if __name__ == "__main__":
    app()
