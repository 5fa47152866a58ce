"""The real node's objects in the API server: DNS, a second StorageClass, and RBAC for its programs."""

from typing import Any

from sandbox.cluster.objects import (
    NODE_LABEL,
    ROOT_ONLY_STORAGE_CLASS,
    ROOT_ONLY_VOLUME_DRIVER,
    Manifest,
    storage,
)
from sandbox.node.configuration import DNS_ADDRESS, REAL
from sandbox.node.layout import ADDRESS, BLOBS_ADDRESS, NAME, REGISTRY_ADDRESS
from sandbox.node.registry.server import BLOBS_HOST, REGISTRY_HOST

TAINT = NODE_LABEL
"""Key of the real node's taint if there are simulated nodes too: pods choose between them."""

_COREFILE = f"""\
.:53 {{
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {{
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }}
    # All of the Internet that there is; any other name does not exist.
    hosts /dev/null {REGISTRY_HOST} {BLOBS_HOST} {{
        {REGISTRY_ADDRESS} {REGISTRY_HOST}
        {BLOBS_ADDRESS} {BLOBS_HOST}
    }}
    cache 30
    reload
}}
"""


def taint() -> str:
    """Return the taint in kubectl's syntax."""
    return f"{TAINT}={REAL}:NoSchedule"


def node_objects(coredns_image: str, api_port: int) -> list[Manifest]:
    """Return the objects.

    Args:
        coredns_image: Image of the DNS server.
        api_port: Port of the API server, also on the node's address.
    """
    return [
        *_rights("kube-proxy", "system:kube-proxy", cluster_role="system:node-proxier"),
        *_rights(
            "kube-router",
            "system:kube-router",
            rules=[
                _reading("", "namespaces", "pods", "services", "nodes", "endpoints"),
                _reading("networking.k8s.io", "networkpolicies"),
                _reading("discovery.k8s.io", "endpointslices"),
            ],
        ),
        *_rights("csi", "system:sandbox:csi", rules=[_reading("", "persistentvolumes")]),
        _api_server_address(api_port),
        *_dns(coredns_image),
        *storage(ROOT_ONLY_STORAGE_CLASS, ROOT_ONLY_VOLUME_DRIVER, default=False, fs_group=False),
    ]


def _api_server_address(port: int) -> Manifest:
    """Return the EndpointSlice that leads pods to the API server, which does not publish its own address here."""
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "name": "kubernetes",
            "namespace": "default",
            "labels": {"kubernetes.io/service-name": "kubernetes"},
        },
        "addressType": "IPv4",
        "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": True}}],
        "ports": [{"name": "https", "port": port, "protocol": "TCP"}],
    }


def _dns(image: str) -> list[Manifest]:
    meta: Manifest = {"name": "coredns", "namespace": "kube-system"}
    selected = {"k8s-app": "kube-dns"}
    container: Manifest = {
        "name": "coredns",
        "image": image,
        "imagePullPolicy": "Never",
        "args": ["-conf", "/etc/coredns/Corefile"],
        "resources": {"requests": {"cpu": "20m", "memory": "40Mi"}, "limits": {"memory": "170Mi"}},
        "ports": [_port("dns", "UDP"), _port("dns-tcp", "TCP")],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 2},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"add": ["NET_BIND_SERVICE"], "drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        },
        "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
    }
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
        *_rights(
            "coredns",
            "coredns",
            rules=[
                _reading("", "services", "pods", "namespaces"),
                _reading("discovery.k8s.io", "endpointslices"),
            ],
            service_account=True,
        ),
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"Corefile": _COREFILE}},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {
                "name": "kube-dns",
                "namespace": "kube-system",
                "labels": {**selected, "kubernetes.io/name": "CoreDNS"},
            },
            "spec": {
                "clusterIP": DNS_ADDRESS,
                "selector": selected,
                "ports": [
                    {"name": "dns", "port": 53, "protocol": "UDP"},
                    {"name": "dns-tcp", "port": 53, "protocol": "TCP"},
                ],
            },
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {**meta, "labels": selected},
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": selected},
                "template": {
                    "metadata": {"labels": selected},
                    "spec": {
                        "serviceAccountName": "coredns",
                        "priorityClassName": "system-cluster-critical",
                        "dnsPolicy": "Default",
                        "nodeSelector": {"kubernetes.io/hostname": NAME},
                        "tolerations": [{"key": TAINT, "operator": "Exists"}],
                        "containers": [container],
                        "volumes": [{"name": "config", "configMap": {"name": "coredns"}}],
                    },
                },
            },
        },
    ]


def _port(name: str, protocol: str) -> dict[str, Any]:
    return {"name": name, "containerPort": 53, "protocol": protocol}


def _reading(group: str, *resources: str) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": list(resources), "verbs": ["get", "list", "watch"]}


def _rights(
    name: str,
    user: str,
    *,
    rules: list[dict[str, Any]] | None = None,
    cluster_role: str = "",
    service_account: bool = False,
) -> list[Manifest]:
    """Return a ClusterRole with rules, or an existing one, bound to a user or a service account of `kube-system`."""
    role = cluster_role or f"sandbox:{name}"
    subject: Manifest = (
        {"kind": "ServiceAccount", "name": user, "namespace": "kube-system"}
        if service_account
        else {"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}
    )
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"sandbox:{name}"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    }
    if rules is None:
        return [binding]
    return [
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": role},
            "rules": rules,
        },
        binding,
    ]
