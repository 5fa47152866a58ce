"""The programs of the real node, built from released Go modules."""

import platform
from pathlib import Path

from sandbox.build import GoProgram
from sandbox.cluster.program import module_version, version_flags

MODULES = Path(__file__).parent.parent / "nodebuild"
"""Our Go modules; their go.mod files are the only place where versions are set."""

_KUBERNETES = MODULES / "kubernetes"
_CONTAINERD = MODULES / "containerd"
_OLLAMA = MODULES / "ollama"

_CONTAINERD_MODULE = "github.com/containerd/containerd/v2"
_KUBE_ROUTER_MODULE = "github.com/cloudnativelabs/kube-router/v2"
_OLLAMA_MODULE = "github.com/ollama/ollama"


def versions() -> dict[str, str]:
    """Return the version of each part of the node, by name."""
    return {
        "kubelet": module_version("k8s.io/kubernetes", _KUBERNETES),
        "containerd": module_version(_CONTAINERD_MODULE, _CONTAINERD),
        "CoreDNS": module_version("github.com/coredns/coredns", _KUBERNETES),
        "kube-router": module_version(_KUBE_ROUTER_MODULE, _KUBERNETES),
        "Ollama": module_version(_OLLAMA_MODULE, _OLLAMA),
    }


def kubernetes() -> GoProgram:
    """Return kubelet and kube-proxy in one binary."""
    version = versions()["kubelet"]
    return GoProgram(
        name="node",
        version=version,
        module=_KUBERNETES,
        title=f"kubelet and kube-proxy {version}",
        cpu_minutes=6,
        package="./node",
        ldflags=version_flags(version),
    )


def kube_router() -> GoProgram:
    """Return the program that enforces NetworkPolicies."""
    version = versions()["kube-router"]
    return GoProgram(
        name="kube-router",
        version=version,
        module=_KUBERNETES,
        title=f"kube-router {version}",
        cpu_minutes=1,
        package=f"{_KUBE_ROUTER_MODULE}/cmd/kube-router",
        ldflags=f"-X {_KUBE_ROUTER_MODULE}/pkg/version.Version={version}",
    )


def coredns() -> GoProgram:
    """Return the cluster's DNS server."""
    version = versions()["CoreDNS"]
    return GoProgram(
        name="coredns",
        version=version,
        module=_KUBERNETES,
        title=f"CoreDNS {version}",
        cpu_minutes=1,
        package="./coredns",
    )


def csi() -> GoProgram:
    """Return the CSI driver."""
    return GoProgram(
        name="csi",
        version=versions()["kubelet"],
        module=_KUBERNETES,
        title="the sandbox's CSI driver",
        cpu_minutes=1,
        package="./csi",
    )


def pause() -> GoProgram:
    """Return the program that holds a pod's namespaces."""
    return GoProgram(
        name="pause",
        version=versions()["kubelet"],
        module=_KUBERNETES,
        title="the first process of every pod",
        cpu_minutes=1,
        package="./pause",
    )


def containerd(name: str) -> GoProgram:
    """Return one of containerd's programs.

    Args:
        name: ``containerd``, ``containerd-shim-runc-v2`` or ``ctr``.
    """
    version = versions()["containerd"]
    return GoProgram(
        name=name,
        version=version,
        module=_CONTAINERD,
        title=f"{name} {version}",
        cpu_minutes=1,
        package=f"{_CONTAINERD_MODULE}/cmd/{name}",
        ldflags=f"-X {_CONTAINERD_MODULE}/version.Version={version}",
        tags="no_btrfs,no_devmapper,no_zfs",
    )


def ollama() -> GoProgram:
    """Return Ollama, for CPUs only."""
    version = versions()["Ollama"]
    # Features of all CPUs of the last ten years: the default is from 2003 and several times slower.
    flags = "-O2 -march=x86-64-v3" if platform.machine() == "x86_64" else "-O2"
    return GoProgram(
        name="ollama",
        version=version,
        module=_OLLAMA,
        title=f"Ollama {version}",
        cpu_minutes=5,
        package=_OLLAMA_MODULE,
        ldflags=f"-X {_OLLAMA_MODULE}/version.Version={version.removeprefix('v')}",
        c_flags=flags,
        c_headers=(("miniaudio", "github.com/gen2brain/malgo"),),
    )
