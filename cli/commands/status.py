"""The command `status`."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from cli.console import err, out, readable_errors
from cli.options import Stack

if TYPE_CHECKING:
    from cli.status import Row


def status(stack: Stack = "", as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Show what runs. Exit status 0 only if everything is as it should be."""
    with readable_errors():
        from cli.clusters import connect, readable_api_errors
        from cli.session import open_session
        from cli.status import rows

        session = open_session(stack, err, start=False)
        api = connect(session.stack.kubeconfig_path, session.stack.context)
        with readable_api_errors(api, session.stack.context):
            found = rows(api, session.stack.namespaces)
        outputs = json.loads(session.output(["stack", "output", "--json"]) or "{}")
    if as_json:
        out.print_json(data={"objects": [row.__dict__ for row in found], "outputs": outputs})
    else:
        _print_objects(found)
        if session.stack.embedded_cluster is None:
            _print_outputs(outputs)
        else:
            out.print("the pods are simulated: nothing answers at the URLs of this stack")
    sys.exit(0 if found and all(row.good for row in found) else 1)


def _print_objects(found: "list[Row]") -> None:
    table = Table("NAMESPACE", "KIND", "NAME", "STATE", "", box=None, pad_edge=False)
    for row in found:
        table.add_row(
            row.namespace, row.kind, row.name, f"[{'green' if row.good else 'red'}]{row.state}[/]", row.detail
        )
    out.print(table if found else "nothing is deployed: `make up`")


def _print_outputs(outputs: dict[str, str]) -> None:
    for name in ("librechat_url", "librechat_admin_email", "ollama_url", "next_command"):
        if name in outputs:
            out.print(f"{name}: {outputs[name]}")
