"""Custom resource definitions of proxies and Prometheus, with the real names and without a schema.

The unit tests check the objects against upstream's schemas; here they only have to be accepted and stored.
"""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from kubernetes import client

from tests.engine.stack import Kubernetes

SERVED_SECONDS = 30.0


class Definition(NamedTuple):
    """A custom kind."""

    group: str
    version: str
    kind: str
    plural: str


HTTP_ROUTE = Definition("gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes")
SERVICE_MONITOR = Definition("monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors")
KINDS = (
    HTTP_ROUTE,
    SERVICE_MONITOR,
    Definition("traefik.io", "v1alpha1", "Middleware", "middlewares"),
    Definition("gateway.envoyproxy.io", "v1alpha1", "BackendTrafficPolicy", "backendtrafficpolicies"),
    Definition("gateway.envoyproxy.io", "v1alpha1", "SecurityPolicy", "securitypolicies"),
    Definition("gateway.nginx.org", "v1alpha1", "ClientSettingsPolicy", "clientsettingspolicies"),
    Definition("gateway.nginx.org", "v1alpha1", "ProxySettingsPolicy", "proxysettingspolicies"),
    Definition("gateway.nginx.org", "v1alpha1", "SnippetsFilter", "snippetsfilters"),
)


def install(kubernetes: Kubernetes, kinds: Iterable[Definition] = KINDS) -> None:
    """Install custom kinds in a cluster, and wait until it serves them."""
    api = client.ApiextensionsV1Api(kubernetes.api)
    objects = client.CustomObjectsApi(kubernetes.api)
    for kind in kinds:
        api.create_custom_resource_definition(_definition(kind))
    until = time.monotonic() + SERVED_SECONDS
    for kind in kinds:
        while True:
            try:
                objects.list_cluster_custom_object(kind.group, kind.version, kind.plural)
                break
            except client.ApiException:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)


def remove(kubernetes: Kubernetes, kinds: Iterable[Definition] = KINDS) -> None:
    """Remove custom kinds and their objects, so that the next tests find the cluster as it was."""
    api = client.ApiextensionsV1Api(kubernetes.api)
    names = {f"{kind.plural}.{kind.group}" for kind in kinds}
    for name in names:
        api.delete_custom_resource_definition(name)
    until = time.monotonic() + SERVED_SECONDS
    while names & {one.metadata.name for one in api.list_custom_resource_definition().items}:
        assert time.monotonic() < until, f"still there: {names}"
        time.sleep(0.1)


def _definition(kind: Definition) -> dict[str, Any]:
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": f"{kind.plural}.{kind.group}",
            # Groups under *.k8s.io are protected by Kubernetes unless an approval is given.
            "annotations": {"api-approved.kubernetes.io": "unapproved, for a test"},
        },
        "spec": {
            "group": kind.group,
            "scope": "Namespaced",
            "names": {"kind": kind.kind, "plural": kind.plural, "singular": kind.kind.lower()},
            "versions": [
                {
                    "name": kind.version,
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": anything}}},
                }
            ],
        },
    }


def found(kubernetes: Kubernetes, namespace: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return every object of these kinds in a namespace, by kind and name."""
    api = client.CustomObjectsApi(kubernetes.api)
    return {
        (kind.kind, item["metadata"]["name"]): item
        for kind in KINDS
        for item in api.list_namespaced_custom_object(kind.group, kind.version, namespace, kind.plural)["items"]
    }
