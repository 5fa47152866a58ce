"""Configuration of the real node's programs, and what it needs in the API server."""

import json
from pathlib import Path

import pytest
import yaml

from sandbox.cluster.components import Layout
from sandbox.cluster.program import versions as cluster_versions
from sandbox.node import configuration
from sandbox.node.layout import NodeLayout
from sandbox.node.objects import node_objects
from sandbox.node.processes import CLIENTS, INIT, Binaries, processes
from sandbox.node.programs import containerd, coredns, csi, kube_router, kubernetes, ollama, pause, versions

LAYOUT = NodeLayout(Layout(Path("/project/.sandbox/default"), {"kube-apiserver": 21000}))


def test_pods_of_two_clusters_are_in_different_groups() -> None:
    other = NodeLayout(Layout(Path("/other/.sandbox/default"), {}))
    assert LAYOUT.cgroup != other.cgroup
    assert yaml.safe_load(configuration.kubelet(LAYOUT))["cgroupRoot"] == f"/{LAYOUT.cgroup}"


def test_every_container_trusts_the_registry() -> None:
    spec = json.loads(configuration.container('{"mounts": [{"destination": "/proc"}]}', LAYOUT))
    assert [mount["destination"] for mount in spec["mounts"]] == ["/proc", "/etc/ssl/certs/ca-certificates.crt"]
    assert spec["mounts"][1]["source"] == str(LAYOUT.certificates)
    assert "ro" in spec["mounts"][1]["options"]


def test_containerd_is_told_paths_with_blanks() -> None:
    toml = configuration.containerd(LAYOUT, Path("/a b/shim"), "/usr/sbin/runc", Path("/usr/lib/cni"))
    assert 'runtime_path = "/a b/shim"' in toml
    assert f'root = "{LAYOUT.containerd}"' in toml


def test_kube_proxy_leaves_the_machines_connection_table_alone() -> None:
    conntrack = yaml.safe_load(configuration.kube_proxy(LAYOUT))["conntrack"]
    assert set(conntrack.values()) == {0, "0s"}


def test_the_api_server_reaches_the_node_through_the_relay() -> None:
    (selection,) = yaml.safe_load(configuration.egress(LAYOUT))["egressSelections"]
    assert selection["name"] == "cluster"
    assert selection["connection"]["transport"]["uds"]["udsName"] == str(LAYOUT.egress_socket)


def test_processes_begin_with_the_one_that_all_others_end_with() -> None:
    names = [process.name for process in processes(LAYOUT, Binaries(), ["driver"])]
    assert names[0] == INIT
    assert set(CLIENTS) < set(names)
    assert len(names) == len(set(names))


def test_every_program_names_the_cluster_on_its_command_line() -> None:
    for process in processes(LAYOUT, Binaries(), ["driver"]):
        assert any(str(LAYOUT.cluster.directory) in argument for argument in process.argv), process.name


def test_objects_apply_in_this_order() -> None:
    objects = node_objects("registry.example.org/coredns:1", 21000)
    named = [(item["kind"], item["metadata"].get("namespace", ""), item["metadata"]["name"]) for item in objects]
    assert len(set(named)) == len(named)
    (endpoints,) = [item for item in objects if item["kind"] == "EndpointSlice"]
    assert endpoints["ports"][0]["port"] == 21000
    for item in objects:
        assert item["kind"] != "ClusterRole" or {verb for rule in item["rules"] for verb in rule["verbs"]} == {
            "get",
            "list",
            "watch",
        }


def test_kubelet_is_of_the_control_planes_version() -> None:
    assert versions()["kubelet"] == cluster_versions()["Kubernetes"]


@pytest.mark.parametrize(
    "program",
    [kubernetes(), kube_router(), coredns(), csi(), pause(), containerd("ctr"), ollama()],
    ids=lambda p: p.name,
)
def test_programs_are_pinned(program: object) -> None:
    assert (program.module / "go.sum").exists()  # type: ignore[attr-defined]
    assert program.version.startswith("v")  # type: ignore[attr-defined]
