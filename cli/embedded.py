"""The only module here that imports the sandbox, and it does so only when called.

So commands on a real cluster work without the sandbox being installed.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cli.errors import CommandError
from cli.project import CLUSTERS, PROJECT

if TYPE_CHECKING:
    from rich.console import Console

    from cli.engine import Engine

_MISSING = "The sandbox, which has the embedded cluster and an engine, is not installed: run `make setup`."


def start_cluster(name: str) -> None:
    """Start an embedded cluster, or those of its processes that have died. Fast if it runs already.

    Raises:
        CommandError: It cannot be built or started.
    """
    with _as_command_error():
        from sandbox.cluster.cluster import Cluster

        Cluster(name, CLUSTERS).start()


def delete_cluster(name: str) -> None:
    """Stop an embedded cluster and delete its files.

    Raises:
        CommandError: The folder at its path is not a cluster.
    """
    with _as_command_error():
        from sandbox.cluster.cluster import Cluster

        Cluster(name, CLUSTERS).delete()


def engine(*, allow_stand_ins: bool, console: Console) -> Engine:
    """Return an engine that fits the project, with its plugins; installs or builds what is missing.

    Args:
        allow_stand_ins: Whether the stand-ins may replace missing official plugins.
        console: Console for progress messages.

    Raises:
        CommandError: No engine fits, or an official plugin is missing.
    """
    with _as_command_error():
        from sandbox.engine.resolution import resolve

        return resolve(allow_stand_ins=allow_stand_ins, console=console, project=PROJECT)


def is_stand_in(plugin: Path) -> bool:
    """Return whether a plugin is one of the sandbox's stand-ins, without importing the sandbox."""
    found = importlib.util.find_spec("sandbox")
    folders = found.submodule_search_locations if found else None
    return any(plugin.resolve().is_relative_to(Path(folder).resolve()) for folder in folders or ())


@contextmanager
def _as_command_error() -> Generator[None]:
    """Turn the sandbox's errors into a `CommandError`."""
    try:
        from sandbox.errors import SandboxError
    except ModuleNotFoundError as error:
        if error.name and error.name.partition(".")[0] == "sandbox":
            raise CommandError(_MISSING) from None
        raise
    try:
        yield
    except SandboxError as error:
        raise CommandError(str(error)) from error
