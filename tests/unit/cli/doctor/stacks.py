"""The needs of stacks, and a cluster that meets all of them."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cli.doctor.facts import DaemonSet, Facts, IngressClass, Node, StorageClass
from cli.doctor.needs import Needs, needs
from cli.project import StackFile
from cli.render import render


@cache
def _needs(settings: str) -> Needs:
    return needs(render(StackFile("test", Path("Pulumi.test.yaml"), yaml.safe_load(settings))))


def needs_of(**settings: Any) -> Needs:
    """Return the needs of a stack with these settings; rendered once."""
    return _needs(yaml.safe_dump(settings))


NODE = Node(
    name="node-1",
    schedulable=True,
    labels={"kubernetes.io/arch": "amd64", "feature.node.kubernetes.io/cpu-cpuid.AVX": "true"},
    taints=(),
    allocatable={"cpu": Decimal(16), "memory": Decimal(64 * 2**30), "nvidia.com/gpu": Decimal(2)},
    used={},
    kubelet="v1.34.1",
)
DRIVER = "ebs.csi.aws.com"
GOOD = Facts(
    version="v1.34.1",
    nodes=(NODE,),
    storage_classes=(StorageClass("fast", default=True, expands=True, provisioner=DRIVER),),
    fs_group_policies={DRIVER: "File"},
    ingress_classes=(IngressClass("nginx", default=True, controller="k8s.io/ingress-nginx"),),
    pod_security=True,
    daemon_sets=(DaemonSet("kube-system", "cilium", ()),),
)
BLIND = Facts(
    version="v1.34.1",
    denied=None,
    namespaces=None,
    deployed=None,
    nodes=None,
    storage_classes=None,
    fs_group_policies=None,
    ingress_classes=None,
    gateways=None,
    gateway_classes=None,
    pod_security=None,
    daemon_sets=None,
)
"""Facts for a user without any read permission."""


def node(**changes: Any) -> Facts:
    """Return the good cluster with another node."""
    return replace(GOOD, nodes=(replace(NODE, **changes),))
