"""Who may reach whom, as a table: what the unit tests and the engine tests hold the NetworkPolicies to."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.reachability import Flow

POD_NAME = "app.kubernetes.io/name"
TABLE = frozenset(
    {
        ("librechat", "librechat-mongodb", 27017),
        ("librechat", "librechat-meilisearch", 7700),
        ("librechat", "ollama", 11434),
        ("ollama-model-pull", "ollama", 11434),
        ("librechat-create-admin", "librechat-mongodb", 27017),
        ("ingress", "librechat", 3080),
    }
)
"""Source, target and TCP port, by the pods' label `app.kubernetes.io/name`; `ingress` is the controller."""

DNS = (("UDP", 53), ("TCP", 53))


def stranger(namespace: str, name: str, labels: Mapping[str, str], *ports: tuple[str, int]) -> dict[str, Any]:
    """A pod that is no part of the stack."""
    declared = [{"protocol": protocol, "containerPort": port} for protocol, port in ports]
    return {
        "metadata": {"namespace": namespace, "name": name, "labels": dict(labels)},
        "spec": {"containers": [{"name": "main", "ports": declared}]},
    }


def strangers(ollama: str = "ollama", librechat: str = "librechat") -> list[dict[str, Any]]:
    """Pods that the policies know, and others that resemble them in one half of the selectors."""
    controller = {POD_NAME: "ingress-nginx", "app.kubernetes.io/component": "controller"}
    dns = {"k8s-app": "kube-dns"}
    prometheus = {POD_NAME: "prometheus"}
    return [
        stranger("kube-system", "dns", dns, *DNS),
        stranger("kube-system", "other", {"app": "other"}, *DNS),
        stranger("ingress-nginx", "controller", controller),
        stranger("ingress-nginx", "webhook", {POD_NAME: "ingress-nginx", "app.kubernetes.io/component": "admission"}),
        stranger("elsewhere", "controller", controller),
        stranger("elsewhere", "dns", dns, *DNS),
        stranger("elsewhere", "librechat", {POD_NAME: "librechat", "app.kubernetes.io/part-of": "ollama-librechat"}),
        stranger("monitoring", "prometheus", prometheus),
        stranger("elsewhere", "prometheus", prometheus),
        stranger(ollama, "debug", {"app": "debug"}, ("TCP", 8080)),
        stranger(librechat, "debug", {"app": "debug"}, ("TCP", 8080)),
        stranger(ollama, "impostor", {POD_NAME: "librechat", "app.kubernetes.io/part-of": "ollama-librechat"}),
    ]


def namespaces(names: Iterable[str]) -> list[dict[str, Any]]:
    """Namespaces by name."""
    return [{"metadata": {"name": name}} for name in sorted(set(names))]


def expected(pods: Iterable[Mapping[str, Any]], table: Iterable[tuple[str, str, int]]) -> set[Flow]:
    """The flows between these pods that a table allows, and name resolution for every pod of the stack.

    pods: those of the stack; the strangers are those of `strangers`.
    """
    own = [(found["metadata"]["labels"][POD_NAME], _name(found)) for found in pods]
    callers = [*own, ("ingress", "ingress-nginx/controller"), ("prometheus", "monitoring/prometheus")]
    flows: set[Flow] = {
        (source, target, "TCP", port)
        for caller, server, port in table
        for label, source in callers
        for name, target in own
        if (label, name) == (caller, server) and source != target
    }
    homes = {found["metadata"]["namespace"] for found in pods}
    resolving = [name for _, name in own]
    resolving += [_name(s) for s in strangers(*sorted(homes, reverse=True)) if s["metadata"]["namespace"] in homes]
    return flows | {(name, "kube-system/dns", *port) for name in resolving for port in DNS} | _among_strangers(homes)


def _among_strangers(homes: set[str]) -> set[Flow]:
    """What no policy of ours can refuse: strangers outside the stack's namespaces reach each other."""
    found = [(s, _name(s)) for s in strangers(*sorted(homes, reverse=True)) if s["metadata"]["namespace"] not in homes]
    return {
        (source, target, port["protocol"], port["containerPort"])
        for _, source in found
        for pod, target in found
        for port in pod["spec"]["containers"][0]["ports"]
        if source != target
    }


def _name(pod: Mapping[str, Any]) -> str:
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
