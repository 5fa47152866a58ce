"""A real node: pods with containers beside simulated ones, and nothing left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from sandbox.cluster import Cluster
from sandbox.cluster.certificates import REAL_NODE
from sandbox.cluster.objects import ROOT_ONLY_STORAGE_CLASS, STORAGE_CLASS
from sandbox.cluster.program import binary
from sandbox.node.configuration import PAUSE_IMAGE
from sandbox.node.objects import TAINT

from .conftest import OPTIONS
from .machine import look


def kubectl(cluster: Cluster, *arguments: str, stdin: str | None = None) -> str:
    done = subprocess.run(
        [binary(), "kubectl", f"--kubeconfig={cluster.kubeconfig}", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pod(name: str, *, real: bool, volumes: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """A pod for one kind of node, with claims by StorageClass; its container is the one that every node has."""
    where: dict[str, Any] = {}
    if real:
        where = {
            "nodeSelector": {"kubernetes.io/hostname": REAL_NODE},
            "tolerations": [{"key": TAINT, "operator": "Exists"}],
        }
    claims = [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": claim},
            "spec": {
                "storageClassName": storage_class,
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
            },
        }
        for claim, storage_class in (volumes or {}).items()
    ]
    spec = {
        **where,
        "terminationGracePeriodSeconds": 1,
        "securityContext": {"fsGroup": 4321},
        "containers": [
            {
                "name": "main",
                "image": PAUSE_IMAGE,
                "imagePullPolicy": "Never",
                "volumeMounts": [{"name": claim, "mountPath": f"/{claim}"} for claim in volumes or {}],
            }
        ],
        "volumes": [{"name": claim, "persistentVolumeClaim": {"claimName": claim}} for claim in volumes or {}],
    }
    return [*claims, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}]


def apply(cluster: Cluster, *manifests: dict[str, Any]) -> None:
    document = {"apiVersion": "v1", "kind": "List", "items": list(manifests)}
    kubectl(cluster, "apply", "-f", "-", stdin=json.dumps(document))


def ready(cluster: Cluster, *names: str) -> None:
    kubectl(cluster, "wait", "--for=condition=Ready", *(f"pod/{name}" for name in names), "--timeout=100s")


def test_both_kinds_of_nodes_side_by_side_and_nothing_left_behind(cluster: Cluster) -> None:
    before = look(cluster.directory)
    status = cluster.start(OPTIONS)
    assert status.state == "running"
    assert status.nodes == (2, 2)
    volumes = {"group": STORAGE_CLASS, "root": ROOT_ONLY_STORAGE_CLASS}
    apply(cluster, *pod("real", real=True, volumes=volumes), *pod("simulated", real=False))
    ready(cluster, "real", "simulated")
    pods = {
        item["metadata"]["name"]: item for item in json.loads(kubectl(cluster, "get", "pods", "-o", "json"))["items"]
    }
    assert {name: item["spec"]["nodeName"] for name, item in pods.items()} == {
        "real": REAL_NODE,
        "simulated": "node-1",
    }
    assert pods["real"]["status"]["containerStatuses"][0]["containerID"].startswith("containerd://")
    # What kubelet did with fsGroup, by the volume's folder on the disk.
    groups = {}
    for item in json.loads(kubectl(cluster, "get", "pvc", "-o", "json"))["items"]:
        folder = cluster.directory / "node" / "volumes" / item["spec"]["volumeName"]
        groups[item["metadata"]["name"]] = folder.stat().st_gid
    assert groups == {"group": 4321, "root": 0}
    cluster.stop()
    stopped = look(cluster.directory)
    assert stopped == before
    # As after a reboot of the node.
    assert cluster.start().state == "running"
    ready(cluster, "real", "simulated")
    cluster.delete()
    assert look(cluster.directory) == before


@pytest.mark.parametrize("victims", [["node"], ["containerd", "kubelet", "node-relay"]], ids="-".join)
def test_killed_programs_are_started_again(cluster: Cluster, victims: list[str]) -> None:
    before = look(cluster.directory)
    cluster.start(OPTIONS)
    apply(cluster, *pod("real", real=True))
    ready(cluster, "real")
    pids = {process.name: process.pid for process in cluster.status().processes}
    for victim in victims:
        pid = pids[victim]
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while cluster.status().state != "degraded":
        assert time.monotonic() < deadline
    assert cluster.start().state == "running"
    ready(cluster, "real")
    cluster.delete()
    assert look(cluster.directory) == before


@pytest.mark.parametrize("seconds", [1.0, 3.5, 6.0])
def test_a_start_that_was_killed_leaves_what_the_next_command_removes(cluster: Cluster, seconds: float) -> None:
    before = look(cluster.directory)
    script = f"""
from pathlib import Path
from sandbox.cluster import Cluster, ClusterOptions
Cluster("real", root=Path({str(cluster.root)!r})).start(ClusterOptions(nodes=1, gpu_nodes=0, real_node=True))
"""
    started = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    started.kill()
    started.wait()
    if seconds > 3:
        assert cluster.start(OPTIONS).state == "running"
    cluster.delete()
    assert look(cluster.directory) == before


def test_a_cluster_without_it_loses_its_real_node(cluster: Cluster) -> None:
    before = look(cluster.directory)
    cluster.start(OPTIONS)
    with_it = look(cluster.directory)
    assert with_it.groups
    status = cluster.start(type(OPTIONS)(nodes=1, gpu_nodes=0))
    assert status.nodes == (1, 1)
    assert not (cluster.directory / "node").exists()
    assert not look(cluster.directory).groups
    cluster.delete()
    assert look(cluster.directory) == before
