"""The binary that contains all programs of the cluster, and their versions."""

import re
from functools import cache
from pathlib import Path

from rich.console import Console

from sandbox.build import GoProgram, build

MODULE = Path(__file__).parent.parent / "controlplane"
"""Our Go module; its go.mod is the only place where versions are set."""


@cache
def module_version(module: str, directory: Path = MODULE) -> str:
    """Return the version of a Go module that go.mod requires, such as ``v1.36.3``.

    Args:
        module: Path of the module.
        directory: Folder with the go.mod.

    Raises:
        KeyError: go.mod does not require the module.
    """
    text = (directory / "go.mod").read_text()
    match = re.search(rf"^\s*(?:require )?{re.escape(module)} (v\S+)$", text, re.MULTILINE)
    if match is None:
        raise KeyError(module)
    return match[1]


def versions() -> dict[str, str]:
    """Return the version of each part of the cluster, by name."""
    return {
        "Kubernetes": module_version("k8s.io/kubernetes"),
        "etcd": module_version("go.etcd.io/etcd/server/v3"),
        "KWOK": module_version("sigs.k8s.io/kwok"),
    }


def version_flags(kubernetes: str, kwok: str | None = None) -> str:
    """Return the link flags that make the programs report their versions.

    Released binaries get them from the build scripts of Kubernetes (hack/lib/version.sh) and KWOK.

    Args:
        kubernetes: Version with a leading v.
        kwok: Version with a leading v; None if the binary does not contain KWOK.
    """
    major, minor = kubernetes.removeprefix("v").split(".")[:2]
    base = "k8s.io/component-base/version"
    values = {
        f"{base}.gitVersion": kubernetes,
        f"{base}.gitMajor": major,
        f"{base}.gitMinor": minor,
        **({"sigs.k8s.io/kwok/pkg/consts.Version": kwok} if kwok else {}),
    }
    return " ".join(f"-X {name}={value}" for name, value in values.items())


def control_plane() -> GoProgram:
    """Return the program to build: one binary that is etcd, the Kubernetes programs, KWOK and kubectl."""
    got = versions()
    return GoProgram(
        name="controlplane",
        version=got["Kubernetes"],
        module=MODULE,
        title=f"Kubernetes {got['Kubernetes']}, etcd {got['etcd']} and KWOK {got['KWOK']}",
        cpu_minutes=14,
        ldflags=version_flags(got["Kubernetes"], got["KWOK"]),
    )


def binary(console: Console | None = None) -> Path:
    """Return the binary, building it if necessary.

    Args:
        console: Console for progress messages; default standard error.

    Raises:
        SandboxError: The build failed.
    """
    return build(control_plane(), console)
