"""Requirements of a real node on the machine, checked before anything is built."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.node import cgroups
from sandbox.node.layout import LONGEST_SOCKET_PATH, NodeLayout

SEARCH_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin", "/sbin"))
"""Search path for programs: a user's PATH may lack `/usr/sbin`."""

PROGRAMS = {
    "runc": "runc",
    "iptables": "iptables",
    "ipset": "ipset",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "debootstrap": "debootstrap",
    "g++": "g++",
}
"""Programs, and the Debian package of each."""

CNI_FOLDERS = (Path("/usr/lib/cni"), Path("/opt/cni/bin"))
"""Possible folders of the network plugins: Debian's and the usual one."""

HEADERS = {
    Path("/usr/include/nlohmann/json.hpp"): "nlohmann-json3-dev",
    Path("/usr/include/stb/stb_image.h"): "libstb-dev",
}
"""Headers that Ollama is compiled with, and the Debian package of each."""

_HIDDEN = (Path("/run"), Path("/var/log"), Path("/proc"), Path("/sys"))
"""Folders of the machine that are hidden by the node's own."""


def program(name: str) -> str:
    """Return the path of an installed program, or its name if it is missing."""
    return shutil.which(name, path=SEARCH_PATH) or name


def cni_folder() -> Path | None:
    """Return the folder of the network plugins; None if it is missing."""
    return next((folder for folder in CNI_FOLDERS if (folder / "ptp").exists()), None)


def missing_packages() -> list[str]:
    """Return the Debian packages that are missing."""
    missing = {package for name, package in PROGRAMS.items() if not shutil.which(name, path=SEARCH_PATH)}
    if cni_folder() is None:
        missing.add("containernetworking-plugins")
    missing |= {package for header, package in HEADERS.items() if not header.exists()}
    return sorted(missing)


def obstacle() -> str | None:
    """Return why this machine cannot run a real node, and what to do about it; None if it can."""
    if sys.platform != "linux":
        return f"a real node needs Linux, and this is {sys.platform}."
    if os.geteuid() != 0:
        return (
            "a real node needs root, for namespaces, mounts and containers of its own. "
            "Run the command as root, or leave the option out: simulated nodes need no rights."
        )
    if packages := missing_packages():
        return f"{_list(packages)} missing. On Debian: apt-get install {' '.join(packages)}"
    tried = subprocess.run(  # noqa: S603 - our own argument list
        [program("unshare"), "--mount", "--net", "--pid", "--fork", "true"], capture_output=True, text=True, check=False
    )
    if tried.returncode != 0 or not os.access(cgroups.ROOT, os.W_OK):
        reason = tried.stderr.strip() or f"{cgroups.ROOT} is read-only"
        return (
            f"a real node needs namespaces and control groups of its own, and root may not have them here ({reason})."
        )
    return None


def check(layout: NodeLayout) -> None:
    """Refuse a machine that cannot run a real node, before anything is built.

    Raises:
        SandboxError: The machine cannot run a real node; the message says why and what to do.
    """
    if why := obstacle():
        raise SandboxError(f"--real-node: {why}")
    if len(str(layout.egress_socket)) > LONGEST_SOCKET_PATH:
        raise SandboxError(
            f"--real-node: the path {layout.egress_socket} is longer than the {LONGEST_SOCKET_PATH} bytes that Linux "
            "allows for a socket. Move the project to a folder with a shorter path."
        )
    for folder in _HIDDEN:
        if layout.directory.is_relative_to(folder):
            raise SandboxError(
                f"--real-node: {layout.directory} is in {folder}, of which the node has its own. "
                "Move the project to another folder."
            )


def _list(packages: Iterable[str]) -> str:
    found = list(packages)
    return f"{', '.join(found)} {'is' if len(found) == 1 else 'are'}"
