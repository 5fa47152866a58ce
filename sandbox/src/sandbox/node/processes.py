"""The processes of the real node: how each is started, and in which namespaces."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sandbox.build import build
from sandbox.cluster.processes import ManagedProcess
from sandbox.node import programs
from sandbox.node.configuration import kubelet_flags
from sandbox.node.layout import BLOBS_ADDRESS, KUBELET, NAME, REGISTRY_ADDRESS, NodeLayout
from sandbox.node.registry.model import REPOSITORY, TAGS
from sandbox.node.requirements import SEARCH_PATH, program

_NAMESPACES = ("--mount", "--net", "--pid", "--uts", "--ipc")

INIT = "node"
"""Name of the first process; all others end with it."""

RELAY = "node-relay"

CLIENTS = ("kubelet", "kube-proxy", "kube-router", "csi")
"""Programs that watch the API server."""


@dataclass(frozen=True)
class Binaries:
    """Built programs of the node; empty paths if only the running processes matter."""

    node: Path = Path()
    kube_router: Path = Path()
    csi: Path = Path()
    containerd: Path = Path()
    shim: Path = Path()
    ctr: Path = Path()
    model: Path = Path()
    """Folder of the registry's model."""


def build_binaries(console: Console, model: Path) -> Binaries:
    """Return the programs, building those that are not in the cache.

    Args:
        console: Console for progress messages.
        model: Folder of the registry's model.

    Raises:
        SandboxError: A build failed.
    """
    return Binaries(
        node=build(programs.kubernetes(), console),
        kube_router=build(programs.kube_router(), console),
        csi=build(programs.csi(), console),
        containerd=build(programs.containerd("containerd"), console),
        shim=build(programs.containerd("containerd-shim-runc-v2"), console),
        ctr=build(programs.containerd("ctr"), console),
        model=model,
    )


def processes(layout: NodeLayout, binaries: Binaries, drivers: Sequence[str]) -> list[ManagedProcess]:
    """Return the processes in the order of their start.

    Args:
        layout: Paths of the node.
        binaries: Programs of the node.
        drivers: Names of the CSI driver.
    """

    def managed(
        name: str, argv: Sequence[str | Path], launcher: Callable[[], Sequence[str]] | None, stop_within: float = 10.0
    ) -> ManagedProcess:
        directory = layout.cluster.directory
        return ManagedProcess(
            name=name,
            argv=tuple(map(str, argv)),
            pid_file=directory / "pids" / name,
            log_file=directory / "logs" / f"{name}.log",
            stop_within=stop_within,
            launcher=launcher,
        )

    def inside() -> list[str]:
        process = init.find()
        # A pid that does not exist: nsenter reports that it is gone.
        target = f"--target={process.pid if process else 2**22}"
        return [program("nsenter"), target, *_NAMESPACES, "--", "env", f"PATH={SEARCH_PATH}"]

    def unshare() -> list[str]:
        return [program("unshare"), *_NAMESPACES, "--fork", "--kill-child", "--mount-proc", "--propagation=private"]

    init = managed(INIT, [sys.executable, "-m", "sandbox.node.init", layout.directory], unshare)
    return [
        init,
        managed(RELAY, _relay(layout, init), None),
        managed("containerd", [binaries.containerd, f"--config={layout.configuration('containerd.toml')}"], inside),
        managed("kubelet", [binaries.node, "kubelet", *kubelet_flags(layout)], inside),
        managed(
            "kube-proxy", [binaries.node, "kube-proxy", f"--config={layout.configuration('kube-proxy.yaml')}"], inside
        ),
        managed("kube-router", [binaries.kube_router, *_kube_router_flags(layout)], inside),
        managed("csi", [binaries.csi, *_csi_flags(layout, drivers)], inside),
        managed("model-registry", _registry(layout, binaries.model), inside),
    ]


def _relay(layout: NodeLayout, init: ManagedProcess) -> list[str | Path]:
    process = init.find()
    return [
        sys.executable,
        "-m",
        "sandbox.node.relay",
        # Of this node: a restart creates another network, which needs another relay.
        f"--pid={process.pid if process else 0}",
        f"--port={layout.cluster.ports.get('kube-apiserver', 0)}",
        f"--egress={layout.egress_socket}",
    ]


def _kube_router_flags(layout: NodeLayout) -> list[str]:
    return [
        f"--kubeconfig={layout.cluster.kubeconfig('kube-router')}",
        "--run-firewall=true",
        "--run-router=false",
        "--run-service-proxy=false",
        f"--hostname-override={NAME}",
        "--health-port=0",
        "--metrics-port=0",
    ]


def _csi_flags(layout: NodeLayout, drivers: Sequence[str]) -> list[str]:
    return [
        f"--drivers={','.join(drivers)}",
        f"--node={NAME}",
        f"--data={layout.volumes}",
        f"--kubelet={KUBELET}",
        f"--kubeconfig={layout.cluster.kubeconfig('csi')}",
    ]


def _registry(layout: NodeLayout, model: Path) -> list[str | Path]:
    return [
        sys.executable,
        "-m",
        "sandbox.node.registry.server",
        f"--model={model}",
        f"--directory={layout.registry}",
        *(f"--manifest={REPOSITORY}:{tag}" for tag in TAGS),
        f"--registry-address={REGISTRY_ADDRESS}",
        f"--blobs-address={BLOBS_ADDRESS}",
    ]
