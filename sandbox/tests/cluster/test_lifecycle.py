"""Start, stop, recover and remove: what the manager of the embedded clusters promises."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
import yaml

from sandbox.cache import CACHE_VARIABLE, cache_dir
from sandbox.cluster import Cluster, ClusterOptions, list_clusters
from sandbox.cluster.components import COMPONENTS
from sandbox.cluster.processes import orphans
from sandbox.errors import SandboxError

from .conftest import Kubectl, eventually

pytestmark = pytest.mark.engine


def pids(cluster: Cluster) -> dict[str, int]:
    return {process.name: process.pid for process in cluster.status().processes if process.pid is not None}


def kill(cluster: Cluster, name: str) -> None:
    pid = pids(cluster)[name]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: name not in pids(cluster), f"{name} is dead", within=10)


def test_stop_and_start_keep_objects_ports_and_credentials(fresh: Cluster) -> None:
    fresh.start()
    kubectl = Kubectl(fresh)
    kubectl.must("create", "configmap", "kept", "--from-literal=answer=42")
    before = fresh.kubeconfig.read_bytes()
    fresh.stop()
    stopped = fresh.status()
    assert stopped.state == "stopped"
    assert pids(fresh) == {}
    assert orphans(fresh.directory) == []
    fresh.stop()  # a second time changes nothing
    assert fresh.start().state == "running"
    assert fresh.kubeconfig.read_bytes() == before
    assert kubectl.get("configmap", "kept")["data"] == {"answer": "42"}


def test_start_of_a_running_cluster_changes_nothing(fresh: Cluster) -> None:
    fresh.start()
    before = pids(fresh)
    assert set(before) == {component.name for component in COMPONENTS}
    assert fresh.start().state == "running"
    assert pids(fresh) == before


@pytest.mark.parametrize("victims", [["kube-apiserver"], ["etcd"], [component.name for component in COMPONENTS]])
def test_killed_programs_are_started_again_with_all_data(fresh: Cluster, victims: list[str]) -> None:
    fresh.start()
    kubectl = Kubectl(fresh)
    kubectl.must("create", "configmap", "kept", "--from-literal=answer=42")
    before = pids(fresh)
    for victim in victims:
        kill(fresh, victim)
    assert fresh.status().state == ("stopped" if len(victims) == len(COMPONENTS) else "degraded")
    assert fresh.start().state == "running"
    after = pids(fresh)
    clients = {"kwok", "kube-scheduler", "kube-controller-manager"} if "kube-apiserver" in victims else set()
    assert {name for name in before if before[name] != after[name]} == {*victims, *clients}
    assert kubectl.get("configmap", "kept")["data"] == {"answer": "42"}
    kubectl.must("create", "deployment", "web", "--image=example.org/web:1")
    kubectl.must("rollout", "status", "deployment/web", "--timeout=60s")


def test_stale_pid_of_another_program_is_left_alone(fresh: Cluster) -> None:
    fresh.start()
    kill(fresh, "kwok")
    sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
    with subprocess.Popen(sleep) as stranger:
        pid_file = fresh.directory / "pids" / "kwok"
        pid_file.write_text(json.dumps({**json.loads(pid_file.read_text()), "pid": stranger.pid}))
        assert fresh.start().state == "running"
        assert pids(fresh)["kwok"] != stranger.pid
        fresh.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_taken_port_is_replaced_and_told_in_the_kubeconfig(fresh: Cluster) -> None:
    before = fresh.start().server
    fresh.stop()
    assert before is not None
    with socket.socket() as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taker.bind(("127.0.0.1", int(before.rpartition(":")[2])))
        taker.listen()
        after = fresh.start()
    assert after.state == "running"
    assert after.server != before
    config = yaml.safe_load(fresh.kubeconfig.read_text())
    assert config["clusters"][0]["cluster"]["server"] == after.server


def test_program_that_dies_is_reported_with_its_log_and_nothing_is_left(fresh: Cluster) -> None:
    fresh.start()
    fresh.stop()
    (fresh.directory / "pki" / "service-accounts.key").write_text("not a key")
    with pytest.raises(SandboxError, match=r"(?s)kube-apiserver of cluster fresh ended.*service-accounts\.key"):
        fresh.start()
    assert pids(fresh) == {}


def test_delete_leaves_no_process_and_no_file(fresh: Cluster) -> None:
    fresh.start()
    running = [psutil.Process(pid) for pid in pids(fresh).values()]
    fresh.delete()
    assert not fresh.directory.exists()
    assert list(fresh.root.iterdir()) == []
    assert not any(process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in running)
    assert fresh.status().state == "missing"
    fresh.delete()  # a second time changes nothing


def test_process_that_no_pid_file_knows_is_ended_too(fresh: Cluster) -> None:
    fresh.start()
    (fresh.directory / "pids" / "kwok").unlink()
    assert len(orphans(fresh.directory)) == len(COMPONENTS)
    fresh.stop()
    assert orphans(fresh.directory) == []


def test_folder_of_something_else_is_not_deleted(fresh: Cluster) -> None:
    fresh.directory.mkdir(parents=True)
    (fresh.directory / "thesis.txt").write_text("unique")
    with pytest.raises(SandboxError, match="is not an embedded cluster"):
        fresh.delete()
    (fresh.directory / "thesis.txt").unlink()
    fresh.directory.rmdir()


def test_two_clusters_at_the_same_time(tmp_path: Path) -> None:
    clusters = [Cluster("one", root=tmp_path), Cluster("two", root=tmp_path)]
    try:
        with ThreadPoolExecutor() as pool:
            states = list(pool.map(Cluster.start, clusters))
        assert [state.state for state in states] == ["running", "running"]
        assert len({state.server for state in states}) == 2
        first, second = map(Kubectl, clusters)
        first.must("create", "namespace", "only-in-one")
        assert not second.exists("namespace", "only-in-one")
        # The credentials of one are worth nothing on the other.
        refused = first.run(f"--server={states[1].server}", "get", "namespaces")
        assert refused.returncode != 0
        assert "certificate signed by unknown authority" in refused.stderr
        assert [cluster.name for cluster in list_clusters(tmp_path)] == ["one", "two"]
        clusters[0].delete()
        assert second.exists("namespace", "default")
    finally:
        for cluster in clusters:
            cluster.delete()


def test_simultaneous_starts_of_one_cluster_agree(fresh: Cluster) -> None:
    with ThreadPoolExecutor() as pool:
        states = list(pool.map(Cluster.start, [fresh, Cluster("fresh", root=fresh.root)]))
    assert states[0].processes[0].pid == states[1].processes[0].pid
    assert len(orphans(fresh.directory)) == len(COMPONENTS)


def test_everything_is_private_and_the_persons_kubeconfig_untouched(
    fresh: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(cache_dir()))  # the binary of the real home, not a build for this one
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    (home / ".kube" / "config").write_text("mine")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("KUBECONFIG", raising=False)
    fresh.start()
    assert fresh.kubectl(["version", "--client"]) == 0
    assert [path.name for path in home.rglob("*") if path.is_file()] == ["config"]
    assert (home / ".kube" / "config").read_text() == "mine"
    open_to_others = [
        path
        for path in [fresh.directory, *fresh.directory.rglob("*")]
        if stat.S_IMODE(path.stat().st_mode) & 0o077 and not _below_private(path, fresh.directory)
    ]
    assert open_to_others == []
    assert stat.S_IMODE(fresh.kubeconfig.stat().st_mode) == 0o600
    user = yaml.safe_load(fresh.kubeconfig.read_text())["users"][0]["user"]
    assert set(user) == {"client-certificate-data", "client-key-data"}


def _below_private(path: Path, top: Path) -> bool:
    """Return whether a folder between a path and the cluster's folder keeps others out."""
    between = [parent for parent in path.parents if parent.is_relative_to(top) and parent != top]
    return any(not stat.S_IMODE(parent.stat().st_mode) & 0o077 for parent in between)


def test_number_of_nodes_and_gpus_can_change(fresh: Cluster) -> None:
    fresh.start(ClusterOptions(nodes=1, gpu_nodes=2, gpus=4))
    kubectl = Kubectl(fresh)
    assert kubectl.get("node", "gpu-2")["status"]["allocatable"]["nvidia.com/gpu"] == "4"
    kubectl.must("label", "node", "node-1", "zone=mine")
    fresh.start(ClusterOptions(nodes=3, gpu_nodes=1, gpus=8))
    names = [item["metadata"]["name"] for item in kubectl.get("nodes")["items"]]
    assert sorted(names) == ["gpu-1", "node-1", "node-2", "node-3"]
    assert kubectl.get("node", "gpu-1")["status"]["allocatable"]["nvidia.com/gpu"] == "8"
    assert kubectl.get("node", "node-1")["metadata"]["labels"]["zone"] == "mine", "nodes that fit are left as they are"
    fresh.stop()
    assert fresh.start().nodes == (4, 4), "the size is remembered"


def test_two_hundred_nodes(fresh: Cluster) -> None:
    started = time.monotonic()
    assert fresh.start(ClusterOptions(nodes=190, gpu_nodes=10)).nodes == (200, 200)
    assert time.monotonic() - started < 90


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: own\nruntime: python\n")
    return tmp_path


def _cli(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", "cluster", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )


def test_command_line(project: Path) -> None:
    below = project / "below"
    below.mkdir()
    name = f"cli-{os.getpid()}"
    option = f"--name={name}"
    try:
        missing = _cli(project, "status", option)
        assert missing.returncode == 1
        assert "missing" in missing.stdout
        assert _cli(project, "kubectl", option, "get", "nodes").returncode == 1
        assert _cli(project, "stop", option).returncode == 1
        started = _cli(project, "start", option, "--nodes=1", "--gpu-nodes=0")
        assert started.returncode == 0, started.stderr
        directory = project / ".sandbox" / name
        assert f"kubeconfig   {directory / 'kubeconfig'} (context sandbox)" in started.stdout
        assert "1/1 ready" in started.stdout
        assert f"python -m sandbox cluster stop --name {name}" in started.stdout
        nodes = _cli(project, "kubectl", option, "get", "nodes", "-o", "name", "--no-headers")
        assert nodes.stdout == "node/node-1\n"
        assert _cli(project, "kubectl", option, "get", "nothing").returncode == 1
        assert name in _cli(below, "list").stdout
        assert _cli(project, "status", option).returncode == 0
        assert _cli(project, "stop", option).returncode == 0
        assert _cli(project, "status", option).returncode == 1
    finally:
        deleted = _cli(project, "delete", option)
    assert deleted.returncode == 0
    assert not (project / ".sandbox" / name).exists()


def test_command_line_refuses_nonsense_readably(project: Path) -> None:
    refused = _cli(project, "start", "--name=../elsewhere")
    assert refused.returncode == 1
    assert "use at most 40 lower-case letters" in refused.stderr
    refused = _cli(project, "start", f"--name=cli-{os.getpid()}", "--gpus=99")
    assert refused.returncode == 1
    assert "gpus: 99 is not a whole number from 1 to 16" in refused.stderr
