"""Starts, stops and removes embedded clusters."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import yaml
from rich.console import Console

from sandbox.cache import lock_file
from sandbox.cluster.api import ApiClient
from sandbox.cluster.certificates import ADMIN, REAL_NODE, Pki, ensure_pki
from sandbox.cluster.components import COMPONENTS, PORTS, Layout
from sandbox.cluster.files import private_directory, write_private
from sandbox.cluster.kubeconfig import CONTEXT, render_kubeconfig
from sandbox.cluster.objects import FIELD_MANAGER, NODE_LABEL, cluster_objects, nodes
from sandbox.cluster.options import ClusterOptions, checked_name
from sandbox.cluster.ports import choose_ports, is_free
from sandbox.cluster.processes import ManagedProcess, kill, missing, orphans, stop_all
from sandbox.cluster.program import binary
from sandbox.cluster.stages import render_kwok_config
from sandbox.cluster.status import ClusterStatus, ProcessStatus, State
from sandbox.errors import SandboxError
from sandbox.node.layout import NodeLayout
from sandbox.node.node import KUBECONFIGS, RealNode
from sandbox.node.objects import TAINT, taint
from sandbox.node.requirements import check
from sandbox.project import project_directory

START_WITHIN = 120.0
"""Timeout of a start in seconds; a slow machine under load needs about 30."""

PORTS_FREE_WITHIN = 3.0
"""Seconds after which a stopped program's port is considered taken by another program."""

_STATE_FILE = "cluster.json"


class Cluster:
    """One embedded cluster: a real control plane on loopback, with simulated nodes.

    Several may run at the same time, under different names. Every method may be called from several processes at
    once: one does the work, the others wait.

    Args:
        name: Name of the cluster: a DNS label.
        root: Folder that holds one folder per cluster; default ``.sandbox`` in the project.
        console: Console for progress messages; default standard error.

    Raises:
        SandboxError: The name is not a DNS label.
    """

    def __init__(self, name: str = "default", root: Path | None = None, console: Console | None = None) -> None:
        self.name = checked_name(name)
        self.root = (root or clusters_root()).resolve()
        self.directory = self.root / self.name
        self._console = console or Console(stderr=True)

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, mode 0600, with the context ``sandbox``; there after `start`."""
        return self.directory / "kubeconfig"

    @property
    def context(self) -> str:
        """The context in the kubeconfig."""
        return CONTEXT

    @property
    def exists(self) -> bool:
        """Whether the cluster has been started before and not been deleted since."""
        return (self.directory / _STATE_FILE).exists()

    def options(self) -> ClusterOptions:
        """Return the options of the last start, else the defaults.

        Raises:
            SandboxError: The cluster's state file cannot be read.
        """
        return ClusterOptions.from_json(self._load().get("options", {}))

    def start(self, options: ClusterOptions | None = None) -> ClusterStatus:
        """Start the cluster, and return once pods can be scheduled; quick if it is running already.

        Restarts programs that have died or run with other flags or another binary, and keeps all objects.

        Args:
            options: Size of the cluster; default the options of the last start, else
                ``ClusterOptions()``.

        Raises:
            SandboxError: The build failed, a program died or the cluster was not ready in time. Programs that this
                call started are stopped again, and the logs stay.
        """
        if (options or self.options()).real_node:
            check(NodeLayout(Layout(self.directory, {})))
        program = binary(self._console)
        with self._locked():
            options = options or self.options()
            layout = self._prepare(program, options)
            node = RealNode(layout, self._console)
            if options.real_node:
                node.build(options)
                node.write()
            processes = self._processes(program, layout)
            before = {process.name for process in processes} - {process.name for process in missing(processes)}
            try:
                restarted = self._run(processes, layout)
                self._populate(program, layout, options, node)
                if options.real_node:
                    api, path = ApiClient(layout.server, layout.pki), f"/api/v1/nodes/{REAL_NODE}"
                    node.run(self._wait, lambda: api.read(path) is not None, new_api_server=restarted)
                    self._await_real_node(program, layout, options, node)
                elif node.exists:
                    node.remove()
            except BaseException:
                if not before and node.exists:
                    node.stop()
                stop_all([process for process in reversed(processes) if process.name not in before])
                raise
        return self.status()

    def stop(self) -> None:
        """Stop the cluster's programs; objects are kept for the next start. Does nothing if none is running.

        Raises:
            SandboxError: The cluster's state file cannot be read.
        """
        if not self.directory.exists():
            return
        with self._locked():
            self._stop()

    def delete(self) -> None:
        """Stop the cluster's programs and delete its files. Does nothing if there is no such cluster.

        Raises:
            SandboxError: The folder at its path is not a cluster.
        """
        if not self.directory.exists():
            return
        with self._locked():
            if not self.exists and any(self.directory.iterdir()):
                raise SandboxError(
                    f"{self.directory} is not an embedded cluster ({_STATE_FILE} is missing), so it is left "
                    "alone; remove it yourself if nothing in it is of use."
                )
            self._stop()
            shutil.rmtree(self.directory)
            # While holding the lock: whoever waits for it notices that the file is gone and creates a new one.
            self._lock_file.unlink(missing_ok=True)

    def status(self) -> ClusterStatus:
        """Return what is running now, without changing it.

        Raises:
            SandboxError: The cluster's state file cannot be read.
        """
        if not self.exists:
            return ClusterStatus(self.name, "missing", self.directory, self.kubeconfig, None, (), (0, 0))
        layout = Layout(self.directory, self._load()["ports"])
        managed = self._processes(Path(), layout)
        if self.options().real_node:
            managed += RealNode(layout, self._console).processes()
        found = [(process.name, process.find()) for process in managed]
        processes = tuple(
            ProcessStatus(name, process.pid if process else None, _memory(process)) for name, process in found
        )
        running = [process for process in processes if process.pid is not None]
        state: State = "stopped" if not running else "degraded"
        node_count = (0, 0)
        if len(running) == len(processes):
            api = ApiClient(layout.server, layout.pki)
            if api.is_ready():
                state, node_count = "running", _ready_nodes(api)
        return ClusterStatus(self.name, state, self.directory, self.kubeconfig, layout.server, processes, node_count)

    def kubectl(self, arguments: Sequence[str]) -> int:
        """Run kubectl of the cluster's own version against the cluster, and return its exit status.

        Args:
            arguments: Arguments of kubectl; it inherits standard input and output.

        Raises:
            SandboxError: The cluster has never been started, or the build failed.
        """
        if not self.kubeconfig.exists():
            raise SandboxError(f"There is no embedded cluster {self.name!r}. Start it: {start_command(self.name)}")
        argv = [str(binary(self._console)), "kubectl", *arguments]
        return subprocess.run(argv, check=False, env=self._kubectl_environment()).returncode  # noqa: S603

    @property
    def _lock_file(self) -> Path:
        return self.root / f".{self.name}.lock"

    @contextmanager
    def _locked(self) -> Generator[None]:
        private_directory(self.root)
        waiting = f"Another command works on cluster {self.name}; waiting for it."
        with lock_file(self._lock_file, waiting, self._console):
            yield

    def _load(self) -> dict[str, Any]:
        path = self.directory / _STATE_FILE
        try:
            state = json.loads(path.read_text())
            return {"ports": dict(state["ports"]), "options": dict(state["options"])}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as error:
            raise SandboxError(
                f"{path} cannot be read ({type(error).__name__}): remove {self.directory} and start again."
            ) from error

    def _prepare(self, program: Path, options: ClusterOptions) -> Layout:
        """Write all files that the programs read, and return their layout."""
        private_directory(self.directory)
        pki = ensure_pki(self.directory / "pki")
        ports = self._ports()
        write_private(
            self.directory / _STATE_FILE,
            json.dumps({"ports": ports, "options": options.to_json()}, indent=2) + "\n",
        )
        layout = Layout(self.directory, ports, options.real_node)
        private_directory(layout.directory / "etcd")
        private_directory(layout.directory / "kubeconfigs")
        nodes_own = KUBECONFIGS if options.real_node else ()
        for component in ("kube-controller-manager", "kube-scheduler", "kwok", *nodes_own):
            if not pki.certificate(component).exists():
                raise SandboxError(
                    f"Cluster {self.name} was made by an earlier version and has no keys for a real node. Delete it "
                    "and start it again."
                )
            write_private(layout.kubeconfig(component), _kubeconfig(layout.server, pki, component))
        write_private(self.kubeconfig, _kubeconfig(layout.server, pki, ADMIN.file))
        upstream = subprocess.run(  # noqa: S603 - our own binary
            [program, "kwok-stages"], capture_output=True, text=True, check=True
        ).stdout
        write_private(layout.stages, render_kwok_config(upstream))
        return layout

    def _ports(self) -> dict[str, int]:
        """Return the previous ports, except those of stopped programs that another program has taken since."""
        saved: dict[str, int] = self._load().get("ports", {})
        if set(saved) != set(PORTS):
            return choose_ports(list(PORTS))
        down = {process.name for process in missing(self._processes(Path(), Layout(self.directory, saved)))}
        running = {name: port for name, port in saved.items() if PORTS[name] not in down}
        idle = {name: port for name, port in saved.items() if name not in running}
        # The kernel may take a moment to close the sockets of a killed program.
        deadline = time.monotonic() + PORTS_FREE_WITHIN
        while not all(map(is_free, idle.values())) and time.monotonic() < deadline:
            time.sleep(0.05)
        return {name: (running | choose_ports(list(idle), keep=idle))[name] for name in PORTS}

    def _processes(self, program: Path, layout: Layout) -> list[ManagedProcess]:
        return [
            ManagedProcess(
                name=component.name,
                argv=(str(program), component.name, *component.flags(layout)),
                pid_file=self.directory / "pids" / component.name,
                log_file=self.directory / "logs" / f"{component.name}.log",
                stop_within=component.stop_within,
            )
            for component in COMPONENTS
        ]

    def _run(self, processes: Sequence[ManagedProcess], layout: Layout) -> bool:
        """Start the programs that are not running, in order, and wait for the API server in between.

        Returns:
            Whether the API server was started.
        """
        private_directory(self.directory / "pids")
        outdated = [process for process in processes if (found := process.find()) and not process.is_current(found)]
        stop_all(reversed(outdated))
        down = missing(processes)
        if not down:
            self._wait(processes, "the API server to be ready", ApiClient(layout.server, layout.pki).is_ready)
            return False
        # The API server waits for etcd itself; the others exit after some seconds without API server.
        store, rest = processes[:2], processes[2:]
        restarts = any(process.name == "kube-apiserver" for process in down)
        if restarts:
            # A client may receive nothing from a restarted API server for ten minutes, until its watch expires: once in
            # 42 restarts, in the ResourceQuota controller.
            stop_all(reversed(rest))
            down = missing(processes)
        self._console.print(f"Starting cluster {self.name}: {', '.join(p.name for p in down)}", highlight=False)
        for process in store:
            if process in down:
                process.start()
        self._wait(store, "the API server to be ready", ApiClient(layout.server, layout.pki).is_ready)
        for process in rest:
            if process in down:
                process.start()
        return restarts

    def _wait(self, processes: Sequence[ManagedProcess], what: str, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_WITHIN
        while not done():
            dead = missing(processes)
            if dead:
                raise SandboxError(
                    f"{dead[0].name} of cluster {self.name} ended while waiting for {what}. "
                    f"The end of {dead[0].log_file}:\n{dead[0].log_tail()}"
                )
            if time.monotonic() > deadline:
                tails = "\n".join(f"  {process.log_file}:\n{process.log_tail(6)}" for process in processes)
                raise SandboxError(
                    f"Cluster {self.name}: gave up waiting for {what} after {START_WITHIN:.0f} s.\n{tails}"
                )
            time.sleep(0.1)

    def _populate(self, program: Path, layout: Layout, options: ClusterOptions, node: RealNode) -> None:
        """Create the simulated nodes and the default objects, and wait until pods can be scheduled."""
        api = ApiClient(layout.server, layout.pki)
        wanted = {manifest["metadata"]["name"]: manifest for manifest in nodes(options)}
        live = {item["metadata"]["name"]: item["status"]["capacity"] for item in _node_list(api)}
        surplus = live.keys() - wanted.keys() - ({REAL_NODE} if options.real_node else set())
        if surplus:
            self._admin(program, ["delete", "node", "--wait=false", *sorted(surplus)])
        apply = ["apply", "--server-side", "--force-conflicts", f"--field-manager={FIELD_MANAGER}", "-f", "-"]
        new = [manifest for name, manifest in wanted.items() if name not in live]
        self._admin(program, apply, [*cluster_objects(), *(node.objects() if options.real_node else []), *new])
        # The status in a manifest is used for new nodes only.
        changed = [
            wanted[name] for name in live.keys() & wanted.keys() if live[name] != wanted[name]["status"]["capacity"]
        ]
        if changed:
            self._admin(program, [*apply, "--subresource=status"], changed)
        processes = self._processes(program, layout)
        self._wait(processes, "the nodes to be ready", lambda: _ready_names(api) >= wanted.keys())
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._wait(processes, "the default service account", lambda: api.read(account) is not None)

    def _await_real_node(self, program: Path, layout: Layout, options: ClusterOptions, node: RealNode) -> None:
        """Wait until the real node runs pods, DNS first, and set which pods may be scheduled on it."""
        api = ApiClient(layout.server, layout.pki)
        processes = [*self._processes(program, layout), *node.processes()]
        simulated = options.nodes + options.gpu_nodes > 0
        live = api.read(f"/api/v1/nodes/{REAL_NODE}") or {}
        tainted = any(entry["key"] == TAINT for entry in live.get("spec", {}).get("taints", []))
        if simulated:
            self._admin(program, ["taint", "node", REAL_NODE, taint(), "--overwrite"])
        elif tainted:
            self._admin(program, ["taint", "node", REAL_NODE, f"{TAINT}-"])
        # The recorded status may be from an earlier kubelet.
        kubelet = next(process.find() for process in processes if process.name == "kubelet")
        since = kubelet.create_time() if kubelet else 0.0
        self._wait(
            processes,
            "the real node to be ready",
            lambda: REAL_NODE in _ready_names(api) and _heartbeat(api.read(f"/api/v1/nodes/{REAL_NODE}")) >= since - 1,
        )
        dns = "/apis/apps/v1/namespaces/kube-system/deployments/coredns"
        self._wait(processes, "the DNS server to be ready", lambda: _is_available(api.read(dns)))

    def _admin(self, program: Path, arguments: list[str], manifests: Sequence[Any] = ()) -> None:
        done = subprocess.run(  # noqa: S603 - our own binary
            [program, "kubectl", *arguments],
            input=yaml.safe_dump_all(manifests) if manifests else None,
            capture_output=True,
            text=True,
            check=False,
            env=self._kubectl_environment(),
        )
        if done.returncode != 0:
            raise SandboxError(f"Cluster {self.name}: kubectl {arguments[0]} failed:\n{done.stderr.strip()}")

    def _kubectl_environment(self) -> dict[str, str]:
        cache = self.directory / "kubectl-cache"
        private_directory(cache)  # kubectl would make it readable for others
        return {**os.environ, "KUBECONFIG": str(self.kubeconfig), "KUBECACHEDIR": str(cache)}

    def _stop(self) -> None:
        layout = Layout(self.directory, self._load().get("ports", dict.fromkeys(PORTS, 0)))
        node = RealNode(layout, self._console)
        if node.exists:
            node.stop()
        by_name = {process.name: process for process in self._processes(Path(), layout)}
        # Clients first, then the API server, then etcd, so that none logs errors about a missing server.
        for group in (("kwok", "kube-scheduler", "kube-controller-manager"), ("kube-apiserver",), ("etcd",)):
            stop_all([by_name[name] for name in group])
        for process in orphans(self.directory):
            kill(process)


def clusters_root() -> Path:
    """Return the folder that holds one folder per cluster: ``.sandbox`` in the project around the current folder."""
    return project_directory() / ".sandbox"


def list_clusters(root: Path | None = None) -> list[Cluster]:
    """Return every cluster that has been started and not deleted, by name.

    Args:
        root: Folder with one folder per cluster; default ``.sandbox`` in the project.
    """
    root = root or clusters_root()
    found = sorted(path.parent.name for path in root.glob(f"*/{_STATE_FILE}"))
    return [Cluster(name, root) for name in found]


def start_command(name: str) -> str:
    """Return the command that starts a cluster."""
    option = "" if name == "default" else f" --name {name}"
    return f"python -m sandbox cluster start{option}"


def _kubeconfig(server: str, pki: Pki, user: str) -> str:
    return render_kubeconfig(
        server, user, pki.ca.read_bytes(), pki.certificate(user).read_bytes(), pki.key(user).read_bytes()
    )


def _memory(process: psutil.Process | None) -> int:
    if process is None:
        return 0
    try:
        # PSS on Linux divides shared memory, here most of the binary, between the processes.
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except psutil.Error:
        return 0


def _node_list(api: ApiClient) -> list[dict[str, Any]]:
    found = api.read(f"/api/v1/nodes?labelSelector={NODE_LABEL}")
    return list(found["items"]) if found else []


def _ready_names(api: ApiClient) -> set[str]:
    return {str(item["metadata"]["name"]) for item in _node_list(api) if is_schedulable(item)}


def _ready_nodes(api: ApiClient) -> tuple[int, int]:
    items = _node_list(api)
    return sum(map(is_schedulable, items)), len(items)


def _heartbeat(node: dict[str, Any] | None) -> float:
    """Return the time at which kubelet last wrote the node's status, in seconds since 1970."""
    conditions = (node or {}).get("status", {}).get("conditions", [])
    times = [entry["lastHeartbeatTime"] for entry in conditions if entry["type"] == "Ready"]
    # Python 3.10 does not parse Z.
    return max((datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() for text in times), default=0.0)


def _is_available(deployment: dict[str, Any] | None) -> bool:
    status = (deployment or {}).get("status", {})
    seen = (deployment or {}).get("metadata", {}).get("generation") == status.get("observedGeneration")
    return bool(seen and status.get("availableReplicas") and not status.get("unavailableReplicas"))


def is_schedulable(node: dict[str, Any]) -> bool:
    """Return whether a node is Ready and the controller manager has noticed it."""
    conditions = {entry["type"]: entry["status"] for entry in node["status"].get("conditions", [])}
    taints = {taint["key"] for taint in node["spec"].get("taints", [])}
    return conditions.get("Ready") == "True" and "node.kubernetes.io/not-ready" not in taints
