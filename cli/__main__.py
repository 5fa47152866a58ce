"""Command line behind `make`: brings stacks up, shows them, takes them down."""

import json
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.errors import CommandError
from components.settings.findings import SettingsError
from sandbox.errors import SandboxError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 200)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Stack = Annotated[
    str, typer.Option("--stack", "-s", help="Name of the stack. Default: dev if its cluster answers, else sandbox.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask, even where data is protected.")]


@contextmanager
def readable_errors() -> Iterator[None]:
    """Tell errors that the person can mend in a sentence, and end with status 1."""
    try:
        yield
    except (CommandError, SandboxError, SettingsError) as error:
        err.print(f"[bold red]error:[/] {_escape(str(error))}")
        sys.exit(1)
    except KeyboardInterrupt:
        err.print("interrupted; what was begun is in the state, and the next command goes on from there")
        sys.exit(130)


def _escape(text: str) -> str:
    return text.replace("[", r"\[")


@app.command()
def up(stack: Stack = "", yes: Yes = False) -> None:
    """Bring a stack up, or change it to what its settings say. Repairs what was changed by hand."""
    with readable_errors():
        from cli.session import open_session

        session = open_session(stack, err)
        # Without data to lose, a preview that nobody is asked about only costs time.
        asks = session.stack.data_protection and not yes
        status = session.pulumi("up", ["--refresh", *([] if asks else ["--yes", "--skip-preview"])])
        if not status and session.stack.embedded_cluster is not None:
            err.print(
                "note: the pods of the embedded cluster are simulated, so there is nothing to log in to; "
                "`make status` shows its objects, `make destroy` removes it"
            )
    sys.exit(status)


@app.command()
def preview(
    stack: Stack = "",
    refresh: Annotated[bool, typer.Option("--refresh", help="Look at the live objects first.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show every property.")] = False,
) -> None:
    """Show what `up` would change, and change nothing."""
    with readable_errors():
        from cli.session import open_session

        session = open_session(stack, err)
        status = session.pulumi("preview", [*(["--diff"] if diff else []), *(["--refresh"] if refresh else [])])
    sys.exit(status)


@app.command()
def destroy(stack: Stack = "", yes: Yes = False) -> None:
    """Remove a stack from its cluster; the embedded cluster goes with the stack `sandbox`."""
    with readable_errors():
        from cli.project import SANDBOX_STACK
        from cli.session import open_session
        from sandbox.cluster.cluster import Cluster

        session = open_session(stack, err)
        asks = session.stack.data_protection and not yes
        status = session.pulumi("destroy", ["--refresh", *([] if asks else ["--yes", "--skip-preview"])])
        if not status and session.stack.name == SANDBOX_STACK and session.stack.embedded_cluster is not None:
            Cluster(session.stack.embedded_cluster).delete()
            err.print("the embedded cluster is deleted; its programs stay in the build cache")
    sys.exit(status)


@app.command()
def status(stack: Stack = "", as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show what runs. Exit status 0 only if everything is as it should be."""
    with readable_errors():
        from cli.clusters import connect
        from cli.session import open_session
        from cli.status import rows

        session = open_session(stack, err, start=False)
        api = connect(session.stack.kubeconfig_path, session.stack.context)
        found = rows(api, session.stack.namespaces)
        outputs = json.loads(session.output(["stack", "output", "--json"]) or "{}")
    if as_json:
        out.print_json(data={"objects": [row.__dict__ for row in found], "outputs": outputs})
    else:
        _print_status(found, outputs)
    sys.exit(0 if found and all(row.good for row in found) else 1)


def _print_status(found: list, outputs: dict) -> None:  # type: ignore[type-arg]
    table = Table("NAMESPACE", "KIND", "NAME", "STATE", "", box=None, pad_edge=False)
    for row in found:
        table.add_row(
            row.namespace, row.kind, row.name, f"[{'green' if row.good else 'red'}]{row.state}[/]", row.detail
        )
    out.print(table if found else "nothing is deployed: `make up`")
    for name in ("librechat_url", "ollama_url", "next_command"):
        if name in outputs:
            out.print(f"{name}: {outputs[name]}")


@app.command()
def validate(stack: Stack = "dev") -> None:
    """Check a stack's settings and its context, without an engine and without a cluster."""
    with readable_errors():
        from cli.project import read_stack
        from cli.session import refuse_bad_settings

        refuse_bad_settings(read_stack(stack))
    out.print(f"Pulumi.{stack}.yaml is valid")


@app.command()
def env() -> None:
    """Print the variables with which plain `pulumi` uses the same engine and state: eval "$(python -m cli env)"."""
    with readable_errors():
        from cli.state import find_state
        from sandbox.engine.resolution import resolve

        engine = resolve(allow_stand_ins=True, console=err)
        values = {**engine.env(), **find_state(os.environ).env}
    for name in sorted(values):
        if values[name] != os.environ.get(name):
            out.print(f"export {name}={shlex.quote(values[name])}", markup=False)


@app.command()
def generate(check: Annotated[bool, typer.Option("--check", help="Fail where one is out of date.")] = False) -> None:
    """Write what is derived from the settings: schema in Pulumi.yaml, components/args.py, docs/configuration.md."""
    from cli.generate import outdated, write

    changed = outdated() if check else write()
    for path in changed:
        out.print(f"{'out of date' if check else 'written'}: {path.name}")
    sys.exit(1 if check and changed else 0)


@app.command()
def lock() -> None:
    """Pin every dependency to the newest version that requirements.txt and pyproject.toml allow."""
    with readable_errors():
        from cli.lock import write

        constraints = write()
    out.print(
        f"{len(constraints)} versions are pinned in constraints.txt and pyproject.toml; `make setup` installs them"
    )


if __name__ == "__main__":
    app()
