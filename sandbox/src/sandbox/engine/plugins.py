"""Provider plugins: the official ones if available, else the stand-ins."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sandbox.engine import downloads
from sandbox.engine.plugin_version import plugin_version
from sandbox.engine.requirements import sdk_version, wanted_providers
from sandbox.errors import SandboxError

STAND_INS = Path(__file__).resolve().parents[1] / "plugins" / "bin"
"""Folder with one folder for each stand-in; a folder holds nothing but the plugin's executable."""

_INSTALL_SECONDS = 300


@dataclass(frozen=True)
class Plugin:
    """A provider plugin in use.

    Attributes:
        name: Package, such as ``kubernetes``.
        version: Version without ``v``: from its folder's name, reported by a plugin on PATH, or for a stand-in
            the version that it replaces.
        stand_in: Whether it is a stand-in.
        directory: Folder that must be on PATH for the engine to find it; None if the engine finds it anyway.
    """

    name: str
    version: str
    stand_in: bool = False
    directory: Path | None = None

    def describe(self) -> str:
        """Return a description of the plugin."""
        return f"{self.name} stand-in" if self.stand_in else f"{self.name} v{self.version}"


def find_plugins(
    pulumi: Path,
    *,
    allow_stand_ins: bool,
    retry: bool,
    console: Console,
    environ: Mapping[str, str] = os.environ,
) -> tuple[Plugin, ...]:
    """Return a plugin for every package whose SDK is installed and that has a stand-in.

    Args:
        pulumi: The engine's command, which downloads plugins.
        allow_stand_ins: Whether a stand-in may replace a missing official plugin.
        retry: Whether to ignore a failed download within the last hour.
        console: Console for progress messages.
        environ: Environment.

    Raises:
        SandboxError: An official plugin is missing and stand-ins are not allowed.
    """
    found: list[Plugin] = []
    missing: list[str] = []
    for name in wanted_providers():
        plugin = installed_plugin(name, environ) or _downloaded(name, pulumi, retry, console, environ)
        if plugin is None and allow_stand_ins:
            plugin = stand_in(name)
        if plugin is None:
            missing.append(name)
        else:
            found.append(plugin)
    if missing:
        raise SandboxError(_missing_text(missing))
    return tuple(found)


def stand_in(name: str) -> Plugin:
    """Return the stand-in for the plugin of a package."""
    return Plugin(name, sdk_version(name), stand_in=True, directory=STAND_INS / name)


def installed_plugin(name: str, environ: Mapping[str, str] = os.environ) -> Plugin | None:
    """Return the official plugin of a package if installed: on PATH, or in Pulumi's plugin folder.

    Args:
        name: Package, such as ``kubernetes``.
        environ: Environment.

    Raises:
        SandboxError: The executable with the plugin's name on PATH is not a plugin.
    """
    version = sdk_version(name)
    executable = f"pulumi-resource-{name}"
    # Stand-ins may be on PATH already, if this runs inside a command with Engine.env().
    folders = [part for part in environ.get("PATH", "").split(os.pathsep) if part]
    official = [part for part in folders if not Path(part).resolve().is_relative_to(STAND_INS)]
    on_path = shutil.which(executable, path=os.pathsep.join(official))
    if on_path:
        return Plugin(name, plugin_version(Path(on_path)), directory=Path(on_path).parent)
    home = Path(environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    folder = home / "plugins" / f"resource-{name}-v{version}"
    whole = not folder.with_name(f"{folder.name}.partial").exists()
    return Plugin(name, version) if whole and shutil.which(executable, path=str(folder)) else None


def _downloaded(name: str, pulumi: Path, retry: bool, console: Console, environ: Mapping[str, str]) -> Plugin | None:
    if downloads.unreachable(retry=retry):
        return None
    version = sdk_version(name)
    console.print(f"Installing the Pulumi plugin {name} v{version}.", highlight=False)
    try:
        installed = subprocess.run(  # noqa: S603 - our own argument list
            [pulumi, "plugin", "install", "resource", name, version, "--non-interactive"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_INSTALL_SECONDS,
            env={**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
        problem = installed.stderr.strip() if installed.returncode else ""
    except subprocess.TimeoutExpired:
        problem = f"not finished after {_INSTALL_SECONDS} s"
    if problem:
        downloads.remember_failure(f"plugin {name} v{version}: {problem}")
        console.print(f"The plugin could not be downloaded: {problem}", highlight=False)
        return None
    return installed_plugin(name, environ)


def _missing_text(missing: list[str]) -> str:
    commands = "\n".join(f"  pulumi plugin install resource {name} v{sdk_version(name)}" for name in missing)
    reason = downloads.unreachable()
    why = f" and cannot be downloaded from Pulumi's host ({reason})" if reason else ""
    return (
        f"The official Pulumi plugins {' and '.join(missing)} are not installed{why}.\n"
        "The stand-ins are for the sandbox cluster only. Install the plugins where "
        f"there is a way to them:\n{commands}\n"
        "Without a network, add --file with a downloaded archive. Or use the sandbox: STACK=sandbox."
    )
