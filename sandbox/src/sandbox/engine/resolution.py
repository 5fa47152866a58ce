"""Chooses the engine: the installed one, else Pulumi's installer's, else one built here."""

from pathlib import Path

from rich.console import Console

from sandbox.engine.built import built_engine, built_version
from sandbox.engine.engine import Engine
from sandbox.engine.installed import engine_from_installer, engine_on_path, engine_version
from sandbox.engine.plugins import find_plugins
from sandbox.engine.requirements import required_engine, satisfies
from sandbox.errors import SandboxError


def resolve(
    *, allow_stand_ins: bool, retry: bool = False, console: Console | None = None, project: Path | None = None
) -> Engine:
    """Return an engine that fits the project, with its plugins; installs or builds what is missing.

    Args:
        allow_stand_ins: Whether the stand-ins may replace a missing official plugin: True for a
            sandbox cluster, False for any other.
        retry: Whether to ignore failed downloads within the last hour.
        console: Console for progress messages. Default: standard error.
        project: Folder of the project. Default: that of the project around the current folder.

    Raises:
        SandboxError: No engine fits, or an official plugin is missing and stand-ins are not
            allowed.
    """
    console = console or Console(stderr=True)
    wanted = required_engine(project)
    notes: list[str] = []
    pulumi, origin = _choose(wanted, notes, console, retry=retry)
    version = engine_version(pulumi)
    if version is None:
        raise SandboxError(f"{pulumi} does not run: `pulumi version` prints no version.")
    if not satisfies(version, wanted):
        raise SandboxError(
            f"Pulumi v{version} ({origin}) does not fit: Pulumi.yaml requires {wanted}. "
            + " ".join([*notes, "Install a Pulumi that fits and put it on PATH."])
        )
    plugins = find_plugins(pulumi, allow_stand_ins=allow_stand_ins, retry=retry, console=console)
    return Engine(pulumi, version, origin, plugins, tuple(notes))


def _choose(wanted: str, notes: list[str], console: Console, *, retry: bool) -> tuple[Path, str]:
    found = engine_on_path()
    if found:
        version = engine_version(found)
        if version and satisfies(version, wanted):
            return found, "on PATH"
        reason = f"Pulumi.yaml requires {wanted}" if version else "it prints no version"
        notes.append(f"{found} ({f'v{version}' if version else 'unknown version'}) is not used: {reason}.")
    installed, problem = engine_from_installer(console, retry=retry)
    if installed:
        return installed, "from Pulumi's installer"
    notes.append(problem + ".")
    if not satisfies(built_version(), wanted):
        raise SandboxError(
            f"No Pulumi fits: Pulumi.yaml requires {wanted}, and what can be built is v{built_version()}. "
            + " ".join(notes)
        )
    return built_engine(console), "built from Go modules"
