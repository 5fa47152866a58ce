"""The first process of the real node: sets up its mounts and its network, then reaps its processes.

Runs in its own namespaces. When it dies, the kernel kills every other process of the node, and with the last of
them the mounts and the network disappear.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from sandbox.cluster.components import Layout
from sandbox.node.layout import (
    ADDRESS,
    BLOBS_ADDRESS,
    GATEWAY,
    KUBELET,
    NAME,
    REGISTRY_ADDRESS,
    RUN,
    NodeLayout,
)
from sandbox.node.requirements import program

READY = "node is set up"
"""Text in `ready_file` once programs may start."""

_LOGS = Path("/var/log")

_TUNABLES = {
    "vm/overcommit_memory": "1",
    "vm/panic_on_oom": "0",
    "kernel/panic": "10",
    "kernel/panic_on_oops": "1",
    "kernel/keys/root_maxkeys": "1000000",
    "kernel/keys/root_maxbytes": "25000000",
}
"""Kernel settings that kubelet requires of the machine: files with these values are mounted over the real ones."""


def ready_file(layout: NodeLayout) -> Path:
    """Return the file with the pid of the process that has set up the node."""
    return layout.directory / "ready"


def main() -> None:
    """Set up the node and wait until terminated."""
    layout = NodeLayout(Layout(Path(sys.argv[1]).parent, {}))
    signal.signal(signal.SIGTERM, _end)
    _mount(layout)
    _connect()
    socket.sethostname(NAME)
    ready_file(layout).write_text(json.dumps({"argv": sys.argv, "state": READY}))
    print(READY, flush=True)  # noqa: T201 - into the log
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    while True:
        _reap()
        signal.sigwait({signal.SIGCHLD})


def _end(_signal: int, _frame: object) -> None:
    os._exit(0)


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _mount(layout: NodeLayout) -> None:
    # kubelet's mounts must propagate to the containers.
    _run("mount", "--make-rshared", "/")
    for folder in (RUN, _LOGS):
        _run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(folder))
    for source, target in ((layout.kubelet, KUBELET), (layout.pod_logs, _LOGS / "pods")):
        source.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.mkdir(parents=True)
        _run("mount", "--bind", str(source), str(target))
    tunables = RUN / "tunables"
    for name, value in _TUNABLES.items():
        real, own = Path("/proc/sys") / name, tunables / name
        if real.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_text(f"{value}\n")
            _run("mount", "--bind", str(own), str(real))
    (RUN / "resolv.conf").write_text("nameserver 127.0.0.1\n")


def _connect() -> None:
    """Set up a network that is connected to nothing else."""
    _run("ip", "link", "set", "lo", "up")
    # Some kernels lack dummy devices.
    _run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "nowhere")
    for device in ("eth0", "nowhere"):
        _run("ip", "link", "set", device, "up")
    for address in (f"{ADDRESS}/24", f"{REGISTRY_ADDRESS}/32", f"{BLOBS_ADDRESS}/32"):
        _run("ip", "address", "add", address, "dev", "eth0")
    _run("ip", "route", "add", "default", "via", GATEWAY, "dev", "eth0")
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")


def _run(*argv: str) -> None:
    subprocess.run([program(argv[0]), *argv[1:]], check=True)  # noqa: S603 - our own argument list


if __name__ == "__main__":
    main()
