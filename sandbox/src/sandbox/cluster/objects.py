"""Initial objects of a cluster: nodes, classes, and the objects of usual add-ons."""

import platform
from typing import Any

from sandbox.cluster.components import SIMULATED
from sandbox.cluster.options import ClusterOptions

STORAGE_CLASS = "standard"
"""Name of the default StorageClass, as in minikube and kind."""

VOLUME_DRIVER = "volumes.sandbox.ollama-librechat"
"""CSI driver (and provisioner) name of the simulated volumes; KWOK simulates it."""

ROOT_ONLY_STORAGE_CLASS = "ignores-fs-group"
"""Name of a StorageClass whose volumes ignore the pod's fsGroup, as with some drivers."""

ROOT_ONLY_VOLUME_DRIVER = "ignores-fs-group.sandbox.ollama-librechat"
"""Driver of that StorageClass; KWOK simulates it too."""

INGRESS_CLASS = "nginx"
"""Name of the default IngressClass, as in minikube's ingress add-on."""

GPU_RESOURCE = "nvidia.com/gpu"
"""Extended resource of NVIDIA's device plugin."""

NODE_LABEL = "sandbox.ollama-librechat/node"
"""Label of every node that was created here, so that surplus ones can be found."""

FIELD_MANAGER = "sandbox"
"""Field manager of the objects that are applied here."""

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}

Manifest = dict[str, Any]


def node(name: str, gpus: int = 0) -> Manifest:
    """Return a simulated node.

    Args:
        name: Name and host name.
        gpus: Number of NVIDIA GPUs; if any, the node has the labels and the taint of a managed GPU node pool.
    """
    machine = platform.machine()
    labels = {
        "kubernetes.io/arch": _ARCHITECTURES.get(machine, machine),
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        NODE_LABEL: "simulated",
    }
    resources = {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "200Gi", "pods": "110"}
    spec: Manifest = {}
    if gpus:
        labels["nvidia.com/gpu.present"] = "true"
        resources[GPU_RESOURCE] = str(gpus)
        spec["taints"] = [{"key": GPU_RESOURCE, "value": "present", "effect": "NoSchedule"}]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": labels,
            "annotations": {SIMULATED.partition("=")[0]: SIMULATED.partition("=")[2]},
        },
        "spec": spec,
        "status": {"capacity": resources, "allocatable": resources},
    }


def nodes(options: ClusterOptions) -> list[Manifest]:
    """Return the nodes of a cluster: `gpu-1`, ... and `node-1`, ..."""
    gpu = [node(f"gpu-{number}", options.gpus) for number in range(1, options.gpu_nodes + 1)]
    plain = [node(f"node-{number}") for number in range(1, options.nodes + 1)]
    return gpu + plain


def cluster_objects() -> list[Manifest]:
    """Return the objects that a usual cluster's add-ons would have created."""
    return [
        *storage(STORAGE_CLASS, VOLUME_DRIVER, default=True, fs_group=True),
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IngressClass",
            "metadata": {
                "name": INGRESS_CLASS,
                "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"},
            },
            "spec": {"controller": "k8s.io/ingress-nginx"},
        },
        {
            "apiVersion": "node.k8s.io/v1",
            "kind": "RuntimeClass",
            "metadata": {"name": "nvidia"},
            "handler": "nvidia",
        },
        *_no_host_path_deletion(),
    ]


def storage(name: str, driver: str, *, default: bool, fs_group: bool) -> list[Manifest]:
    """Return a StorageClass and its driver.

    Args:
        name: Name of the class.
        driver: Name of the driver.
        default: Whether it is the default class.
        fs_group: Whether kubelet changes the group of a volume's files to the pod's fsGroup.
    """
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {
                "name": name,
                "annotations": {"storageclass.kubernetes.io/is-default-class": str(default).lower()},
            },
            "provisioner": driver,
            "reclaimPolicy": "Delete",
            "volumeBindingMode": "Immediate",
            "allowVolumeExpansion": True,
        },
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "CSIDriver",
            "metadata": {"name": driver},
            "spec": {
                # Nothing would confirm that a volume is attached to a simulated node.
                "attachRequired": False,
                "podInfoOnMount": False,
                "fsGroupPolicy": "File" if fs_group else "None",
            },
        },
    ]


def _no_host_path_deletion() -> list[Manifest]:
    """Return the admission policy that keeps kube-controller-manager from deleting this machine's files.

    It deletes the directory of a released hostPath volume below `/tmp` itself (upstream
    pkg/volume/hostpath, "This message should scare you away"), and here it runs on the user's machine.
    """
    name = "sandbox-no-host-path-deletion"
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["persistentvolumes"],
    }
    return [
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {
                "failurePolicy": "Fail",
                "matchConstraints": {"resourceRules": [rule]},
                "validations": [
                    {
                        "expression": "!has(object.spec.hostPath) || "
                        "object.spec.persistentVolumeReclaimPolicy == 'Retain'",
                        "message": "in the sandbox a hostPath volume must have "
                        "persistentVolumeReclaimPolicy: Retain, because deleting it would remove files of "
                        "the machine that the sandbox runs on",
                    }
                ],
            },
        },
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": ["Deny"]},
        },
    ]
