"""Nodes and the objects of a fresh cluster."""

from sandbox.cluster.cluster import is_schedulable
from sandbox.cluster.objects import VOLUME_DRIVER, cluster_objects, node, nodes
from sandbox.cluster.options import ClusterOptions


def test_gpu_node_looks_like_one_of_a_managed_pool() -> None:
    gpu = node("gpu-1", gpus=2)
    assert gpu["status"]["capacity"]["nvidia.com/gpu"] == "2"
    assert gpu["status"]["allocatable"] == gpu["status"]["capacity"]
    assert gpu["metadata"]["labels"]["nvidia.com/gpu.present"] == "true"
    assert gpu["spec"]["taints"] == [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]


def test_plain_node_has_neither_gpu_nor_taint() -> None:
    plain = node("node-1")
    assert "nvidia.com/gpu" not in plain["status"]["capacity"]
    assert plain["spec"] == {}
    assert "nvidia.com/gpu.present" not in plain["metadata"]["labels"]


def test_number_of_nodes() -> None:
    names = [manifest["metadata"]["name"] for manifest in nodes(ClusterOptions(nodes=2, gpu_nodes=1))]
    assert names == ["gpu-1", "node-1", "node-2"]
    assert len(nodes(ClusterOptions(nodes=150, gpu_nodes=50))) == 200


def test_defaults_of_a_usual_cluster() -> None:
    found = {(manifest["kind"], manifest["metadata"]["name"]): manifest for manifest in cluster_objects()}
    storage = found["StorageClass", "standard"]
    assert storage["provisioner"] == VOLUME_DRIVER
    assert storage["allowVolumeExpansion"] is True
    assert ("IngressClass", "nginx") in found
    assert ("RuntimeClass", "nvidia") in found
    assert ("CSIDriver", VOLUME_DRIVER) in found


def test_is_schedulable() -> None:
    ready = {"spec": {}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    assert is_schedulable(ready)
    assert is_schedulable({**ready, "spec": {"taints": [{"key": "nvidia.com/gpu"}]}})
    assert not is_schedulable({**ready, "spec": {"taints": [{"key": "node.kubernetes.io/not-ready"}]}})
    assert not is_schedulable({"spec": {}, "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}})
    assert not is_schedulable({"spec": {}, "status": {}})
