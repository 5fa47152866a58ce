"""Queries a cluster for everything that the checks look at, without changing it: creations are dry runs."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from cli.data import mapping, sequence
from cli.doctor.facts import DaemonSet, Facts, IngressClass, Namespace, Node, Permission, StorageClass
from cli.doctor.needs import Kind, Needs, pod_requests
from cli.doctor.server import Server
from components.settings.quantities import parse_quantity

_AT_A_TIME = 8
"""Parallel requests to the server."""

_AWAITED = frozenset({"Deployment", "StatefulSet", "Job"})
"""Kinds that the provider waits for."""

_PATHS = {
    "Secret": "/api/v1/namespaces/{}/secrets/{}",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps/{}",
    "PersistentVolumeClaim": "/api/v1/namespaces/{}/persistentvolumeclaims/{}",
    "PriorityClass": "/apis/scheduling.k8s.io/v1/priorityclasses/{1}",
    "RuntimeClass": "/apis/node.k8s.io/v1/runtimeclasses/{1}",
}
_GATEWAYS = "/apis/gateway.networking.k8s.io/v1"
_DEFAULT_STORAGE = "storageclass.kubernetes.io/is-default-class"
_DEFAULT_INGRESS = "ingressclass.kubernetes.io/is-default-class"


def gather(server: Server, wanted: Needs, version: str, deployed: frozenset[str] | None) -> Facts:
    """Query a cluster.

    Args:
        server: The API server.
        version: Version of the server.
        wanted: Needs of the stack.
        deployed: Namespaces that the stack has deployed, from its state; None if unknown.

    Raises:
        client.ApiException: The server refuses a request that every user may make.
        urllib3.exceptions.HTTPError: The server stopped answering.
    """
    plurals, missing = _kinds(server, wanted)
    return Facts(
        version=version,
        missing_kinds=missing,
        denied=_denied(server, list(_permissions(wanted, plurals))),
        namespaces=_namespaces(server, wanted.namespaces),
        deployed=deployed,
        nodes=_nodes(server, wanted.namespaces),
        storage_classes=_storage_classes(server),
        fs_group_policies=_fs_group_policies(server),
        ingress_classes=_ingress_classes(server),
        gateways=_gateways(server, wanted),
        gateway_classes=_names(server.items(f"{_GATEWAYS}/gatewayclasses")),
        pod_security=_pod_security(server),
        daemon_sets=_daemon_sets(server),
        existing=_existing(server, wanted),
    )


def _kinds(server: Server, wanted: Needs) -> tuple[dict[Kind, tuple[str, bool]], frozenset[Kind]]:
    """Return plural and scope (namespaced or not) of each kind, and the kinds that the server does not know."""
    found: dict[Kind, tuple[str, bool]] = {}
    kinds = {one.kind for one in wanted.objects}
    for api_version in sorted({kind.api_version for kind in kinds}):
        path = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        for resource in mapping(server.get(path)).get("resources", []):
            if "/" not in resource["name"]:
                found[Kind(api_version, resource["kind"])] = (resource["name"], resource["namespaced"])
    return found, frozenset(kinds - found.keys())


def _permissions(wanted: Needs, plurals: Mapping[Kind, tuple[str, bool]]) -> Iterable[Permission]:
    result: dict[Permission, None] = {}
    for one in wanted.objects:
        if one.kind not in plurals:
            continue
        plural, namespaced = plurals[one.kind]
        group = one.kind.api_version.rpartition("/")[0]
        verbs = ["create", "get", "patch", "delete", *(["list", "watch"] if one.kind.name in _AWAITED else [])]
        for verb in verbs:
            result[Permission(verb, group, plural, one.namespace if namespaced else "")] = None
    for namespace in {pod.namespace for pod in wanted.pods}:
        # The provider reads the pods to report why a workload does not start.
        result.update(dict.fromkeys(Permission(verb, "", "pods", namespace) for verb in ("get", "list", "watch")))
    return result


def _denied(server: Server, permissions: list[Permission]) -> list[Permission] | None:
    def allowed(permission: Permission) -> bool | None:
        attributes = {key: value for key, value in vars(permission).items() if value}
        body = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": attributes},
        }
        status, answer = server.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body)
        return bool(answer["status"]["allowed"]) if status == HTTPStatus.CREATED else None

    # One request is enough for a user who may do everything.
    if allowed(Permission("*", "*", "*", "")):
        return []
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        answers = list(pool.map(allowed, permissions))
    if None in answers:
        return None
    return [permission for permission, may in zip(permissions, answers, strict=True) if not may]


def _namespaces(server: Server, names: list[str]) -> dict[str, Namespace] | None:
    result: dict[str, Namespace] = {}
    for name in names:
        found = server.get(f"/api/v1/namespaces/{name}")
        if found is None:
            return None
        if found:
            metadata = found["metadata"]
            result[name] = Namespace(metadata.get("labels") or {}, "deletionTimestamp" in metadata)
    return result


def _nodes(server: Server, own: list[str]) -> list[Node] | None:
    nodes = server.items("/api/v1/nodes")
    if nodes is None:
        return None
    active = "status.phase!=Succeeded,status.phase!=Failed"
    pods = server.items(f"/api/v1/pods?fieldSelector={active.replace('!', '%21').replace('=', '%3D')}")
    used: dict[str, dict[str, Decimal]] | None = None if pods is None else {}
    for pod in pods or []:
        node = pod["spec"].get("nodeName")
        if used is None or not node or pod["metadata"]["namespace"] in own:
            continue
        amounts = used.setdefault(node, {})
        for key, amount in pod_requests(pod["spec"]).items():
            amounts[key] = amounts.get(key, Decimal(0)) + amount
    return [_node(node, None if used is None else used.get(node["metadata"]["name"], {})) for node in nodes]


def _node(node: Mapping[str, Any], used: Mapping[str, Decimal] | None) -> Node:
    status = node["status"]
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in status.get("conditions", []))
    return Node(
        name=node["metadata"]["name"],
        schedulable=ready and not node["spec"].get("unschedulable"),
        labels=mapping(node["metadata"].get("labels")),
        taints=sequence(node["spec"].get("taints")),
        allocatable={key: parse_quantity(str(value)) for key, value in mapping(status.get("allocatable")).items()},
        used=used,
        kubelet=mapping(status.get("nodeInfo")).get("kubeletVersion", ""),
    )


def _is_default(item: Mapping[str, Any], annotation: str) -> bool:
    return mapping(item["metadata"].get("annotations")).get(annotation) == "true"


def _storage_classes(server: Server) -> list[StorageClass] | None:
    items = server.items("/apis/storage.k8s.io/v1/storageclasses")
    if items is None:
        return None
    return [
        StorageClass(
            item["metadata"]["name"],
            _is_default(item, _DEFAULT_STORAGE),
            bool(item.get("allowVolumeExpansion")),
            item["provisioner"],
        )
        for item in items
    ]


def _fs_group_policies(server: Server) -> dict[str, str] | None:
    items = server.items("/apis/storage.k8s.io/v1/csidrivers")
    if items is None:
        return None
    return {item["metadata"]["name"]: mapping(item.get("spec")).get("fsGroupPolicy", "") for item in items}


def _ingress_classes(server: Server) -> list[IngressClass] | None:
    items = server.items("/apis/networking.k8s.io/v1/ingressclasses")
    if items is None:
        return None
    return [
        IngressClass(
            item["metadata"]["name"],
            _is_default(item, _DEFAULT_INGRESS),
            mapping(item.get("spec")).get("controller", ""),
        )
        for item in items
    ]


def _gateways(server: Server, wanted: Needs) -> dict[tuple[str, str], str] | None:
    result: dict[tuple[str, str], str] = {}
    for route in wanted.all("HTTPRoute"):
        for parent in route.spec["parentRefs"]:
            namespace = parent.get("namespace") or route.metadata["namespace"]
            found = server.get(f"{_GATEWAYS}/namespaces/{namespace}/gateways/{parent['name']}")
            if found is None:
                return None
            if found:
                result[namespace, parent["name"]] = found["spec"]["gatewayClassName"]
    return result


def _names(items: list[dict[str, Any]] | None) -> frozenset[str] | None:
    return None if items is None else frozenset(item["metadata"]["name"] for item in items)


def _pod_security(server: Server) -> bool | None:
    """Return whether Pod Security admission is enabled: only it refuses a namespace with an invalid level.

    Source: k8s.io/pod-security-admission/admission, ValidateNamespace.
    """
    body = {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"generateName": "doctor-", "labels": {"pod-security.kubernetes.io/enforce": "none-such"}},
    }
    status, answer = server.send("POST", "/api/v1/namespaces?dryRun=All", body)
    if status == HTTPStatus.CREATED:
        return False
    return True if "pod-security.kubernetes.io/enforce" in str(answer.get("message")) else None


def _daemon_sets(server: Server) -> list[DaemonSet] | None:
    items = server.items("/apis/apps/v1/daemonsets")
    if items is None:
        return None
    return [
        DaemonSet(
            item["metadata"]["namespace"],
            item["metadata"]["name"],
            [
                str(argument)
                for container in item["spec"]["template"]["spec"]["containers"]
                for argument in [*container.get("command", []), *container.get("args", [])]
            ],
        )
        for item in items
    ]


def _existing(server: Server, wanted: Needs) -> dict[tuple[str, str, str], frozenset[str] | None]:
    """Look up referenced objects; of a Secret, only the names of its keys are kept."""
    result: dict[tuple[str, str, str], frozenset[str] | None] = {}
    for one in wanted.references:
        found = server.get(_PATHS[one.kind].format(one.namespace, one.name))
        if found is None:
            result[one.kind, one.namespace, one.name] = None
        elif found:
            keys = {*mapping(found.get("data")), *mapping(found.get("binaryData"))}
            result[one.kind, one.namespace, one.name] = frozenset(keys)
    return result
