"""An engine that was found, and how to run it."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pulumi.automation import PulumiCommand
from semver import Version

from sandbox.engine.plugins import Plugin


class _FoundCommand(PulumiCommand):
    """The command of a found engine. Unlike its parent class, it does not run the engine to get its version."""

    def __init__(self, pulumi: Path, version: Version) -> None:
        self.command = str(pulumi)
        self.version = version


@dataclass(frozen=True)
class Engine:
    """A Pulumi engine with its plugins.

    Attributes:
        pulumi: Path of the ``pulumi`` command.
        version: Its version.
        origin: Where it comes from, as text.
        plugins: Provider plugins, one for each package that the program needs.
        notes: Notes for the user about the choice, such as why the engine on PATH is not used.
    """

    pulumi: Path
    version: Version
    origin: str
    plugins: tuple[Plugin, ...]
    notes: tuple[str, ...] = ()

    @property
    def stand_ins(self) -> tuple[Plugin, ...]:
        """The plugins that are stand-ins."""
        return tuple(plugin for plugin in self.plugins if plugin.stand_in)

    def env(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment in which to run the engine.

        Args:
            base: Environment to start from. Default: this process's.
        """
        env = dict(os.environ if base is None else base)
        # The interpreter first: the language host that is built here uses the first Python on PATH.
        first = [Path(sys.executable).parent, self.pulumi.parent]
        first += [plugin.directory for plugin in self.plugins if plugin.directory]
        path = [str(folder) for folder in first]
        path += [part for part in env.get("PATH", os.defpath).split(os.pathsep) if part and part not in path]
        env["PATH"] = os.pathsep.join(path)
        env["PYTHONDONTWRITEBYTECODE"] = ""  # empty means unset; compiling the SDK takes two seconds a run
        env["PULUMI_SKIP_UPDATE_CHECK"] = "true"
        env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"  # the language host runs pip, which would check for updates
        if self.stand_ins:
            env["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] = "true"
        return env

    def command(self) -> PulumiCommand:
        """Return the command for the Automation API (``LocalWorkspaceOptions.pulumi_command``)."""
        return _FoundCommand(self.pulumi, self.version)

    def describe(self) -> str:
        """Return a line that identifies engine and plugins."""
        plugins = ", ".join(plugin.describe() for plugin in self.plugins)
        return f"engine: pulumi v{self.version} ({self.origin}); plugins: {plugins}"
