"""The sandbox, as far as the commands use it. Nothing else here imports it, and this does only when it is called.

So a command on a real cluster runs without it, and the sandbox need not be installed for that.
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
    """Start an embedded cluster, or what has died of it. Quick if it runs already.

    Raises:
        CommandError: It cannot be built or started.
    """
    with _told():
        from sandbox.cluster.cluster import Cluster

        Cluster(name, CLUSTERS).start()


def delete_cluster(name: str) -> None:
    """Stop an embedded cluster and remove everything it had.

    Raises:
        CommandError: Another folder is in its place.
    """
    with _told():
        from sandbox.cluster.cluster import Cluster

        Cluster(name, CLUSTERS).delete()


def engine(*, allow_stand_ins: bool, console: Console) -> Engine:
    """Return an engine that fits the project, with its plugins, installing or building what is missing.

    Args:
        allow_stand_ins: Whether the stand-ins may be used where the official plugins are missing.
        console: Where progress is told.

    Raises:
        CommandError: There is no engine that fits, or an official plugin is missing.
    """
    with _told():
        from sandbox.engine.resolution import resolve

        return resolve(allow_stand_ins=allow_stand_ins, console=console, project=PROJECT)


def is_stand_in(plugin: Path) -> bool:
    """Return whether a plugin is one of the sandbox's stand-ins. The sandbox is looked for, not imported."""
    found = importlib.util.find_spec("sandbox")
    folders = found.submodule_search_locations if found else None
    return any(plugin.resolve().is_relative_to(Path(folder).resolve()) for folder in folders or ())


@contextmanager
def _told() -> Generator[None]:
    """Turn what the sandbox has to say to the person into an error of a command."""
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
