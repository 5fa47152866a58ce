"""The embedded cluster: a real Kubernetes control plane with simulated nodes, on this machine's loopback."""

from sandbox.cluster.cluster import Cluster, list_clusters
from sandbox.cluster.options import ClusterOptions
from sandbox.cluster.status import ClusterStatus, ProcessStatus

__all__ = ["Cluster", "ClusterOptions", "ClusterStatus", "ProcessStatus", "list_clusters"]
