"""A small root filesystem from packages of the machine's own Debian or Ubuntu."""

import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from sandbox.cache import cache_dir, locked
from sandbox.errors import SandboxError
from sandbox.node.images.archive import write_layer
from sandbox.node.requirements import program

BASE = ("ca-certificates",)
"""Packages of every image besides Debian's required ones, which include the shell, coreutils and tar."""

_LEFT_OUT = (
    "dev",
    "etc/hostname",
    "etc/machine-id",
    "etc/resolv.conf",
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
    "var/cache/apt",
    "var/cache/debconf",
    "var/cache/ldconfig",
    "var/lib/apt/lists",
    "var/log",
)
"""Files that differ between builds, or that no container reads."""


def layer(packages: Sequence[str], console: Console) -> Path:
    """Return the archive of a root filesystem with some packages, building it if it is not in the cache.

    Args:
        packages: Names of packages besides `BASE`.
        console: Console for progress messages.

    Raises:
        SandboxError: debootstrap failed.
    """
    suite = codename()
    wanted = sorted({*BASE, *packages})
    name = f"rootfs-{suite}-{platform.machine()}-{'-'.join(wanted)}"
    output = cache_dir() / name / "layer.tar"
    if output.exists():
        return output
    with locked(name, console):
        if output.exists():
            return output
        console.print(f"Making a root file system of Debian's packages: {', '.join(wanted)}. This happens once.")
        with tempfile.TemporaryDirectory(dir=cache_dir(), prefix="rootfs-") as scratch:
            root, made = Path(scratch, "root"), Path(scratch, "made")
            _bootstrap(suite, wanted, root)
            for path in _LEFT_OUT:
                _remove(root / path)
            made.mkdir()
            (root / "dev").mkdir()
            write_layer(made / output.name, [(root, "")])
            made.rename(output.parent)
    return output


def codename(release: Path = Path("/etc/os-release")) -> str:
    """Return the codename of the machine's release, such as ``bookworm``: compiled programs need its libraries.

    Raises:
        SandboxError: The machine's release has no codename.
    """
    text = release.read_text() if release.exists() else ""
    match = re.search(r"^VERSION_CODENAME=\"?(\w+)", text, re.MULTILINE)
    if match is None:
        raise SandboxError("Images are made of packages of Debian or Ubuntu, and this machine is neither.")
    return match[1]


def mirror(suite: str, sources: Path = Path("/etc/apt")) -> str:
    """Return the URL from which apt downloads a release.

    Args:
        suite: Name of the release.
        sources: Folder of apt's configuration.

    Raises:
        SandboxError: apt has no source of the release.
    """
    for path in sorted([sources / "sources.list", *sources.glob("sources.list.d/*")]):
        text = path.read_text(errors="replace") if path.is_file() else ""
        if line := re.search(rf"^deb (?:\[.*?\] )?(\S+) {suite} .*\bmain\b", text, re.MULTILINE):
            return line[1]
        for stanza in re.split(r"\n\s*\n", text):
            uris = re.search(r"^URIs:\s*(\S+)", stanza, re.MULTILINE)
            suites = re.search(r"^Suites:(.*)$", stanza, re.MULTILINE)
            if uris and suites and suite in suites[1].split():
                return uris[1]
    raise SandboxError(
        f"No source of the release {suite} is in {sources}: add one to apt's sources, where the packages of images "
        "come from."
    )


def _bootstrap(suite: str, packages: Sequence[str], root: Path) -> None:
    # In its own namespaces: an interrupted debootstrap leaves neither mounts nor processes behind.
    argv = [
        program("unshare"),
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        program("debootstrap"),
        "--variant=minbase",
        f"--include={','.join(packages)}",
        suite,
        str(root),
        mirror(suite),
    ]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)  # noqa: S603 - our own argument list
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-15:])
        raise SandboxError(f"A root file system could not be made (debootstrap {suite}):\n{tail}")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
