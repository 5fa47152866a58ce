"""Starts, stops and cleans up the real node of a cluster."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from sandbox.cluster.certificates import ensure_server_certificate
from sandbox.cluster.components import Layout
from sandbox.cluster.files import private_directory, write_private
from sandbox.cluster.objects import ROOT_ONLY_VOLUME_DRIVER, VOLUME_DRIVER, Manifest
from sandbox.cluster.options import ClusterOptions
from sandbox.cluster.processes import ManagedProcess, kill, missing, stop_all, strays
from sandbox.errors import SandboxError
from sandbox.node import cgroups, configuration
from sandbox.node.images import catalogue
from sandbox.node.images.archive import references
from sandbox.node.init import ready_file
from sandbox.node.layout import CONTAINERD_SOCKET, NodeLayout
from sandbox.node.objects import node_objects
from sandbox.node.processes import CLIENTS, INIT, RELAY, Binaries, build_binaries, processes
from sandbox.node.programs import versions
from sandbox.node.registry.behaviour import Behaviour, write
from sandbox.node.registry.model import model_directory
from sandbox.node.registry.server import BLOBS_HOST, REGISTRY_HOST
from sandbox.node.requirements import cni_folder, program

DRIVERS = (VOLUME_DRIVER, ROOT_ONLY_VOLUME_DRIVER)
"""Names of the CSI driver, one for each StorageClass."""

KUBECONFIGS = ("kubelet", "kube-proxy", "kube-router", "csi")
"""Programs of the node that have a kubeconfig."""

_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_IMPORT_WITHIN = 300.0

Wait = Callable[[Sequence[ManagedProcess], str, Callable[[], bool]], None]
"""Waits until a condition on processes holds; raises an error with the end of a log."""


class RealNode:
    """The real node of one cluster.

    Args:
        cluster: Paths of the cluster.
        console: Console for progress messages.
    """

    def __init__(self, cluster: Layout, console: Console) -> None:
        self.layout = NodeLayout(cluster)
        self._console = console
        self._binaries = Binaries()
        self._archives: list[Path] = []

    @property
    def exists(self) -> bool:
        """Whether the node has any files on disk."""
        return self.layout.directory.exists()

    @property
    def coredns_image(self) -> str:
        """Name of the image of the DNS server."""
        return f"registry.k8s.io/coredns/coredns:{versions()['CoreDNS']}"

    def processes(self) -> list[ManagedProcess]:
        """Return the node's processes in the order of their start."""
        return processes(self.layout, self._binaries, DRIVERS)

    def build(self, options: ClusterOptions) -> None:
        """Build the node's programs, or take them from the cache.

        Raises:
            SandboxError: A build failed, or an image cannot be loaded.
        """
        wanted = catalogue.parse(options.images)
        loaded = [*Path(options.image_folder).glob("*.tar")] if options.image_folder else []
        for path in loaded:
            try:
                references(path)
            except ValueError as error:
                raise SandboxError(f"--images: {error}.") from error
        self._binaries = build_binaries(self._console, model_directory(self._console))
        system = {configuration.PAUSE_IMAGE: "pause", self.coredns_image: "coredns"}
        made = [catalogue.archive(name, reference, self._console) for reference, name in (system | wanted).items()]
        self._archives = [*made, *sorted(loaded)]

    def write(self) -> None:
        """Write the files that the node's programs and the API server read."""
        layout = self.layout
        for folder in (layout.directory, layout.containerd, layout.configuration("cni")):
            private_directory(folder)
        registry = ensure_server_certificate(layout.registry, "sandbox-internet-ca", (REGISTRY_HOST, BLOBS_HOST))
        own = _CERTIFICATES.read_text() if _CERTIFICATES.exists() else ""
        layout.certificates.write_text(own + registry.ca.read_text())
        write_private(layout.cluster.egress, configuration.egress(layout))
        default = subprocess.run(  # noqa: S603 - our own binary
            [self._binaries.ctr, "oci", "spec"], capture_output=True, text=True, check=True
        ).stdout
        cni = cni_folder()
        assert cni is not None  # noqa: S101 - for the type checker: `check` has verified it
        files = {
            "container.json": configuration.container(default, layout),
            "containerd.toml": configuration.containerd(layout, self._binaries.shim, program("runc"), cni),
            "cni/10-pods.conflist": configuration.cni(),
            "kubelet.yaml": configuration.kubelet(layout),
            "kube-proxy.yaml": configuration.kube_proxy(layout),
        }
        for name, content in files.items():
            path = layout.configuration(name)
            # kube-proxy exits when its file is written.
            if not path.exists() or path.read_text() != content:
                write_private(path, content)

    def objects(self) -> list[Manifest]:
        """Return the node's objects in the API server."""
        return node_objects(self.coredns_image, self.layout.cluster.ports["kube-apiserver"])

    def run(self, wait: Wait, registered: Callable[[], bool], *, new_api_server: bool) -> None:
        """Start the processes that are not running.

        Args:
            wait: Waits for the result of a step.
            registered: Returns whether kubelet has registered the node.
            new_api_server: Whether the API server was just started, so that its clients must be restarted too.

        Raises:
            SandboxError: A program ended, or an image could not be loaded.
        """
        found = {process.name: process for process in self.processes()}
        if missing([found[INIT]]):
            self.stop()
            private_directory(self.layout.directory)
            self._console.print("Starting the real node", highlight=False)
            cgroups.create(self.layout.cgroup)
            write(private_directory(self.layout.registry), Behaviour())
            found[INIT].start()
        wait([found[INIT]], "the real node to be set up", lambda: self._is_set_up(found[INIT]))
        # With the pid of the first process.
        found = {process.name: process for process in self.processes()}
        outdated = [
            process
            for process in found.values()
            if (running := process.find()) and (not process.is_current(running) or new_api_server)
            if process.name in CLIENTS or not process.is_current(running)
        ]
        stop_all(reversed(outdated))
        self._start(found[RELAY])
        self._start(found["containerd"])
        wait([found[INIT], found["containerd"]], "containerd to answer", lambda: self._ctr("version").returncode == 0)
        self._load_images()
        self._start(found["kubelet"])
        # The others read the node at their start.
        wait([found[INIT], found["containerd"], found["kubelet"]], "the real node to register", registered)
        for process in found.values():
            self._start(process)

    def stop(self) -> None:
        """Stop all processes of the node and remove its traces from the machine, but keep its files on disk."""
        running = {process.name: process for process in self.processes()}
        stop_all([running["kubelet"]])
        # The kernel ends all others with the first process.
        stop_all([running[INIT]])
        for process in running.values():
            for stray in strays(process):
                kill(stray)
        stop_all(running.values())
        for path in (self.layout.egress_socket, ready_file(self.layout)):
            path.unlink(missing_ok=True)
        cgroups.remove(self.layout.cgroup)

    def remove(self) -> None:
        """Stop the node and delete its files."""
        self.stop()
        shutil.rmtree(self.layout.directory)

    def _start(self, process: ManagedProcess) -> None:
        if not missing([process]):
            return
        # From a start that was killed before writing pid files.
        for stray in strays(process):
            kill(stray)
        process.start()

    def _is_set_up(self, init: ManagedProcess) -> bool:
        try:
            told = json.loads(ready_file(self.layout).read_text())
        except (FileNotFoundError, ValueError):
            return False
        return init.find() is not None and bool(told)

    def _ctr(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        init = next(process for process in self.processes() if process.name == INIT).find()
        inside = [program("nsenter"), f"--target={init.pid if init else 0}", "--mount", "--net", "--"]
        argv = [*inside, str(self._binaries.ctr), "--address", str(CONTAINERD_SOCKET), "--namespace", "k8s.io"]
        return subprocess.run(  # noqa: S603 - our own binary
            [*argv, *arguments], capture_output=True, text=True, check=False, timeout=_IMPORT_WITHIN
        )

    def _load_images(self) -> None:
        listed = self._ctr("images", "ls", "-q")
        present = set(listed.stdout.split())
        marks = private_directory(self.layout.directory / "images")
        for path in self._archives:
            # An archive in the cache is identified by its folder's name, any other one by its modification time.
            stat = path.stat()
            mark = marks / f"{path.parent.name}-{path.name}-{stat.st_size}-{stat.st_mtime_ns}"
            if mark.exists() and present.issuperset(references(path)):
                continue
            began = time.monotonic()
            done = self._ctr("images", "import", "--local", "--snapshotter", "overlayfs", str(path))
            if done.returncode != 0:
                raise SandboxError(f"The image {path} could not be loaded:\n{done.stderr.strip()}")
            mark.touch()
            names = ", ".join(references(path))
            self._console.print(f"Loaded {names} in {time.monotonic() - began:.0f} s", highlight=False)
