"""The engine built from its released Go modules."""

import os
import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from semver import Version

from sandbox.build import GoProgram, binary_path, build
from sandbox.cache import cache_dir, locked
from sandbox.golang import module_directory

_MODULES = Path(__file__).resolve().parents[1] / "enginebuild"
_SDK = "github.com/pulumi/pulumi/sdk/v3"

ENGINE = GoProgram(
    name="pulumi",
    version="v3.230.0",
    module=_MODULES / "cli",
    title="the Pulumi engine v3.230.0",
    cpu_minutes=6,
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    # Without it, `pulumi version` prints nothing.
    ldflags=f"-X {_SDK}/go/common/version.Version=v3.230.0",
)
"""The command line, which contains the engine; version of go.mod in its module folder."""

# The Go module with the newest language host cannot be downloaded; this is the last SDK module that contains it,
# and it has the same protocol.
LANGUAGE_HOST = GoProgram(
    name="pulumi-language-python",
    version="v3.75.0",
    module=_MODULES / "language",
    title="Pulumi's Python language host",
    cpu_minutes=1,
    package=f"{_SDK}/python/cmd/pulumi-language-python",
)
"""Starts Python programs for the engine."""

# Scripts that the language host starts, from the module of the engine's SDK.
_SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")


def built_version() -> Version:
    """Return the version of the engine that is built here."""
    return Version.parse(ENGINE.version.removeprefix("v"))


def built_engine(console: Console) -> Path:
    """Return ``pulumi`` in a folder with everything that it needs beside it, building it if necessary.

    Args:
        console: Console for progress messages.

    Raises:
        SandboxError: It cannot be built; the message says why.
    """
    keys = "-".join(binary_path(program).parent.name[-8:] for program in (ENGINE, LANGUAGE_HOST))
    folder = cache_dir() / f"engine-{ENGINE.version}-{keys}" / "bin"
    if (folder / "pulumi").exists():
        return folder / "pulumi"
    binaries = [build(ENGINE, console), build(LANGUAGE_HOST, console)]
    with locked(folder.parent.name, console):
        if not (folder / "pulumi").exists():
            sources = module_directory(ENGINE.module, _SDK, console)
            with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="engine-") as scratch:
                bin_folder = Path(scratch, "engine", "bin")
                bin_folder.mkdir(parents=True)
                for binary in binaries:
                    # Not a symbolic link: the engine looks for its parts beside the real file.
                    os.link(binary, bin_folder / binary.name)
                for script in _SCRIPTS:
                    target = Path(shutil.copyfile(sources / script, bin_folder / Path(script).name))
                    target.chmod(0o755)
                bin_folder.parent.rename(folder.parent)
    return folder / "pulumi"
