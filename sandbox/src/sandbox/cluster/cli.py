"""Command line of the embedded clusters: ``python -m sandbox cluster ...``."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from sandbox.cluster.certificates import REAL_NODE
from sandbox.cluster.cluster import Cluster, list_clusters, start_command
from sandbox.cluster.kubeconfig import CONTEXT
from sandbox.cluster.options import ClusterOptions
from sandbox.cluster.program import versions
from sandbox.cluster.status import ClusterStatus
from sandbox.errors import SandboxError
from sandbox.node.images.catalogue import RECIPES

app = typer.Typer(
    name="cluster",
    help="A real Kubernetes control plane on this machine, with simulated nodes.",
    no_args_is_help=True,
)

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

Name = Annotated[str, typer.Option("--name", help="Name of the cluster; several can run at a time.")]

_DEFAULTS = ClusterOptions()


@app.command()
def start(  # noqa: PLR0917 - typer turns them into options
    name: Name = "default",
    nodes: Annotated[
        int | None, typer.Option(help=f"Nodes without GPU. Default: as last time, else {_DEFAULTS.nodes}.")
    ] = None,
    gpu_nodes: Annotated[
        int | None, typer.Option(help=f"Nodes with GPUs. Default: as last time, else {_DEFAULTS.gpu_nodes}.")
    ] = None,
    gpus: Annotated[
        int | None, typer.Option(help=f"GPUs per GPU node. Default: as last time, else {_DEFAULTS.gpus}.")
    ] = None,
    real_node: Annotated[
        bool | None,
        typer.Option("--real-node/--no-real-node", help="One more node, with containers: on Linux, as root."),
    ] = None,
    image: Annotated[
        list[str] | None,
        typer.Option(help=f"Image to make for the real node, NAME=REFERENCE; names: {', '.join(RECIPES)}. Repeatable."),
    ] = None,
    images: Annotated[
        Path | None, typer.Option(help="Folder with OCI archives (*.tar) that the real node loads.", exists=True)
    ] = None,
) -> None:
    """Start a cluster, or what has died of it. The first start on a machine builds it."""
    with _readable_errors():
        cluster = Cluster(name)
        given = {
            "nodes": nodes,
            "gpu_nodes": gpu_nodes,
            "gpus": gpus,
            "real_node": real_node,
            "images": image,
            "image_folder": str(images.resolve()) if images else None,
        }
        chosen = {key: value for key, value in given.items() if value is not None}
        options = ClusterOptions.from_json({**cluster.options().to_json(), **chosen})
        if (image or images) and not options.real_node:
            raise SandboxError("--image and --images are for the real node: add --real-node.")
        _describe(cluster.start(options))


@app.command()
def stop(name: Name = "default") -> None:
    """Stop a cluster. Its objects stay for the next start."""
    with _readable_errors():
        cluster = _existing(name)
        cluster.stop()
        _out.print(f"Cluster {name} is stopped; its objects are kept. Start it again: {start_command(name)}")


@app.command()
def delete(name: Name = "default") -> None:
    """Stop a cluster and remove everything it had."""
    with _readable_errors():
        cluster = _existing(name)
        cluster.delete()
        _out.print(f"Cluster {name} is deleted.")


@app.command()
def status(name: Name = "default") -> None:
    """Show what runs. Exit status 0 only if the cluster is running."""
    with _readable_errors():
        found = Cluster(name).status()
        _describe(found)
    if found.state != "running":
        raise typer.Exit(1)


@app.command("list")
def list_() -> None:
    """List the clusters of this project."""
    with _readable_errors():
        found = [cluster.status() for cluster in list_clusters()]
    if not found:
        _out.print(f"There is no embedded cluster. Start one: {start_command('default')}")
        return
    table = Table("NAME", "STATE", "SERVER", "NODES", "MEMORY", box=None, pad_edge=False)
    for entry in found:
        table.add_row(entry.name, entry.state, entry.server, _nodes(entry), _memory(entry))
    _out.print(table)


@app.command(
    context_settings={
        "allow_extra_args": True,
        "allow_interspersed_args": False,
        "ignore_unknown_options": True,
        "help_option_names": [],
    }
)
def kubectl(context: typer.Context, name: Name = "default") -> None:
    """Run kubectl against a cluster: cluster kubectl [--name NAME] get pods -A."""
    with _readable_errors():
        sys.exit(Cluster(name).kubectl(context.args))


def _existing(name: str) -> Cluster:
    cluster = Cluster(name)
    if not cluster.directory.exists():
        known = ", ".join(other.name for other in list_clusters()) or "none"
        raise SandboxError(f"There is no embedded cluster {name!r} (there is: {known}).")
    return cluster


def _describe(found: ClusterStatus) -> None:
    option = "" if found.name == "default" else f" --name {found.name}"
    _out.print(f"Cluster {found.name}: {found.state}")
    if found.state == "missing":
        _out.print(f"  start it     {start_command(found.name)}")
        return
    _out.print(f"  versions     {', '.join(f'{name} {version}' for name, version in versions().items())}")
    _out.print(f"  API server   {found.server}")
    _out.print(f"  kubeconfig   {found.kubeconfig} (context {CONTEXT})")
    real = any(process.name == "kubelet" for process in found.processes)
    _out.print(
        f"  nodes        {_nodes(found)} ({f'simulated by KWOK, {REAL_NODE} is real' if real else 'simulated by KWOK'})"
    )
    running = [f"{process.name} ({process.pid})" for process in found.processes if process.pid is not None]
    dead = [process.name for process in found.processes if process.pid is None]
    _out.print(f"  programs     {', '.join(running) or 'none'}")
    if dead:
        _out.print(f"  not running  {', '.join(dead)}; logs in {found.directory / 'logs'}")
        _out.print(f"  start it     {start_command(found.name)}")
    else:
        _out.print(f"  memory       {_memory(found)}")
        _out.print(f"  use it       python -m sandbox cluster kubectl{option} get pods -A")
        _out.print(f"  stop it      python -m sandbox cluster stop{option}")


def _nodes(found: ClusterStatus) -> str:
    ready, every = found.nodes
    return f"{ready}/{every} ready" if every else "-"


def _memory(found: ClusterStatus) -> str:
    total = sum(process.memory for process in found.processes)
    return f"{total / 2**20:.0f} MiB" if total else "-"


@contextmanager
def _readable_errors() -> Generator[None]:
    try:
        yield
    except SandboxError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        _fail("Interrupted.")


def _fail(message: str) -> NoReturn:
    _err.print(message, markup=False)
    raise typer.Exit(1)
