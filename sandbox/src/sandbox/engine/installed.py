"""The installed engine, or the one that Pulumi's installer puts into the cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from semver import Version

from sandbox.cache import cache_dir, locked
from sandbox.engine import downloads
from sandbox.engine.requirements import sdk_version

_INSTALL_SECONDS = 600
_VERSION_SECONDS = 30


def engine_version(pulumi: Path) -> Version | None:
    """Return the output of ``pulumi version``; None if it is not a version."""
    try:
        shown = subprocess.run(  # noqa: S603 - the user's own pulumi, or ours
            [pulumi, "version"],
            capture_output=True,
            text=True,
            check=False,
            timeout=_VERSION_SECONDS,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        )
        return Version.parse(shown.stdout.strip().removeprefix("v"))
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def engine_on_path(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Return ``pulumi`` on PATH."""
    found = shutil.which("pulumi", path=environ.get("PATH", ""))
    return Path(found) if found else None


def engine_from_installer(console: Console, *, retry: bool) -> tuple[Path | None, str]:
    """Return (``pulumi`` that Pulumi's installer put into the cache, empty text), or (None, why not).

    Args:
        console: Console for progress messages.
        retry: Whether to ignore a failed download within the last hour.
    """
    version = sdk_version()
    root = cache_dir() / f"pulumi-{version}"
    pulumi = root / "bin" / "pulumi"
    if pulumi.exists():
        return pulumi, ""
    problem = downloads.unreachable(retry=retry)
    if problem:
        return None, f"Pulumi's download host cannot be reached: {problem}"
    with locked(root.name, console):
        if pulumi.exists():
            return pulumi, ""
        console.print(f"Installing Pulumi v{version} into {root} with Pulumi's own installer.", highlight=False)
        problem = _install(root, version)
    if problem:
        shutil.rmtree(root, ignore_errors=True)
        downloads.remember_failure(problem)
        return None, f"Pulumi's installer failed: {problem}"
    return pulumi, ""


def _install(root: Path, version: str) -> str:
    # In another process, because the SDK's method has no timeout.
    program = (
        "import sys; from pulumi.automation import PulumiCommand; from semver import VersionInfo; "
        "PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(sys.argv[2]))"
    )
    try:
        done = subprocess.run(  # noqa: S603 - our own argument list
            [sys.executable, "-c", program, str(root), version],
            capture_output=True,
            text=True,
            check=False,
            timeout=_INSTALL_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"not finished after {_INSTALL_SECONDS} s"
    return done.stderr.strip().rpartition("\n")[2] if done.returncode else ""
