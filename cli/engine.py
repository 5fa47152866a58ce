"""Chooses the engine: the user's own `pulumi` for a real cluster, else the one that the sandbox finds or builds."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import yaml
from pulumi.automation import PulumiCommand
from rich.console import Console
from semver import Version

from cli import embedded
from cli.project import PROJECT

PLUGINS = ("kubernetes", "random")
"""Packages whose plugins the program needs."""

_VERSION_SECONDS = 30


class Engine(Protocol):
    """What the commands need from an engine, wherever it comes from."""

    @property
    def pulumi(self) -> Path:
        """Path of the `pulumi` command."""
        ...

    @property
    def version(self) -> Version:
        """Version of the engine."""
        ...

    def env(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment in which to run the engine, based on another one or on this process's."""
        ...

    def command(self) -> PulumiCommand:
        """Return the engine as an object of the Automation API."""
        ...

    def describe(self) -> str:
        """Return a line that identifies the engine."""
        ...


class _Command(PulumiCommand):
    """The command of a known engine. Unlike its parent class, it does not run the engine to get its version."""

    def __init__(self, pulumi: Path, version: Version) -> None:
        self.command = str(pulumi)
        self.version = version


@dataclass(frozen=True)
class OwnEngine:
    """The `pulumi` on the user's PATH. It finds and downloads its plugins itself, as in any other project."""

    pulumi: Path
    version: Version

    def env(self, base: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the environment in which to run the engine, with uv and Python of this project first on PATH."""
        env = dict(os.environ if base is None else base)
        env["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), env.get("PATH", os.defpath)))
        env["PYTHONDONTWRITEBYTECODE"] = ""  # empty means unset; compiling the SDK takes two seconds a run
        env["PULUMI_SKIP_UPDATE_CHECK"] = "true"
        return env

    def command(self) -> PulumiCommand:
        """Return the engine as an object of the Automation API."""
        return _Command(self.pulumi, self.version)

    def describe(self) -> str:
        """Return a line that identifies the engine."""
        return f"engine: pulumi v{self.version} (on PATH)"


def find_engine(*, for_embedded_cluster: bool, allow_stand_ins: bool, console: Console) -> Engine:
    """Return the engine for a stack; installs or builds one if the machine has none that fits.

    Args:
        for_embedded_cluster: Whether the stack is on an embedded cluster, where the sandbox chooses the plugins.
        allow_stand_ins: Whether stand-ins may replace missing official plugins.
        console: Console for progress messages.

    Raises:
        CommandError: No engine fits, or an official plugin is missing.
    """
    own = None if for_embedded_cluster else own_engine()
    return own or embedded.engine(allow_stand_ins=allow_stand_ins, console=console)


def own_engine(environ: Mapping[str, str] = os.environ) -> OwnEngine | None:
    """Return the engine on PATH; None if none fits, or if stand-ins are on PATH too."""
    path = environ.get("PATH", "")
    found = shutil.which("pulumi", path=path)
    if found is None or any(map(embedded.is_stand_in, _plugins(path))):
        return None
    version = _version(found, environ)
    if version is None or not fits(version, required_engine()):
        return None
    return OwnEngine(Path(found), version)


def required_engine() -> str:
    """Return the engine versions that the project accepts: `requiredPulumiVersion` in Pulumi.yaml."""
    return str(yaml.safe_load((PROJECT / "Pulumi.yaml").read_text())["requiredPulumiVersion"])


def fits(version: Version, wanted: str) -> bool:
    """Return whether a version satisfies a range such as `>=3.230.0 <4.0.0`."""
    return all(version.match(bound) for bound in wanted.replace(",", " ").split())


def _plugins(path: str) -> list[Path]:
    """Return the plugins on PATH, which the engine prefers to all others."""
    found = (shutil.which(f"pulumi-resource-{name}", path=path) for name in PLUGINS)
    return [Path(plugin) for plugin in found if plugin]


def _version(pulumi: str, environ: Mapping[str, str]) -> Version | None:
    try:
        shown = subprocess.run(  # noqa: S603 - the user's own pulumi
            [pulumi, "version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_VERSION_SECONDS,
            env={**environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
        return Version.parse(shown.stdout.strip().removeprefix("v"))
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
