"""Checks permissions, API kinds and namespaces."""

from collections.abc import Iterator

from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts, Permission
from cli.doctor.needs import Needs
from components.settings.findings import Finding
from components.workload.manifests import PART_OF

_ADD_ONS = {
    "gateway.networking.k8s.io": "the Gateway API",
    "gateway.envoyproxy.io": "Envoy Gateway",
    "gateway.nginx.org": "NGINX Gateway Fabric",
    "traefik.io": "Traefik",
    "monitoring.coreos.com": "the Prometheus Operator",
}
"""What installs the kinds of an API group, by group."""


def kinds(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that the server knows every kind."""
    for kind in sorted(facts.missing_kinds, key=str):
        group = kind.api_version.rpartition("/")[0]
        owner = _ADD_ONS.get(group)
        yield diagnosis(
            "error",
            "API",
            f"the server (Kubernetes {facts.version}) does not know {kind.name} of {kind.api_version}",
            f"the stack has one, and `up` fails there: {_names(needs, kind)}",
            f"install {owner}, or take what needs it out of the settings" if owner else "use a newer Kubernetes",
        )
    if not facts.missing_kinds:
        yield ok("API", f"Kubernetes {facts.version} knows every kind of object that the stack has")


def _names(needs: Needs, kind: object) -> str:
    return ", ".join(f"{one.namespace}/{one.name}" for one in needs.objects if one.kind == kind)


def permissions(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that the user may do everything that `up` and `destroy` do."""
    del needs
    if facts.denied is None:
        yield diagnosis(
            "unknown",
            "permissions",
            "the server does not say what the user may do",
            "`up` ends half-way where it may not create something",
            "ask the cluster's administrator for a role that may create, get, patch and delete what the stack has",
        )
        return
    # One line a kind, not one a verb.
    by_resource: dict[tuple[str, str, str], list[Permission]] = {}
    for permission in facts.denied:
        by_resource.setdefault((permission.group, permission.resource, permission.namespace), []).append(permission)
    for (_, resource, namespace), refused in by_resource.items():
        verbs = ", ".join(permission.verb for permission in refused)
        question = str(refused[0]).replace(" in ", " -n ")
        yield diagnosis(
            "error",
            "permissions",
            f"the user may not {verbs} {resource}" + (f" in namespace {namespace}" if namespace else " in the cluster"),
            "the stack has one, and `up` or a later `destroy` fails there",
            f"let the user's role have these verbs, then `kubectl auth can-i {question}` says yes",
        )
    if not facts.denied:
        yield ok("permissions", "the user may create, change and delete everything that the stack has")


def namespaces(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that the namespaces are free or belong to this stack."""
    if facts.namespaces is None:
        yield diagnosis(
            "unknown",
            "namespaces",
            f"the user is not allowed to read the namespaces {', '.join(needs.namespaces)}",
            "`up` fails if a namespace exists and is not this stack's",
            "let the user get namespaces",
        )
        return
    for name, found in facts.namespaces.items():
        if found.terminating:
            yield diagnosis(
                "error",
                "namespaces",
                f"namespace {name} is being deleted",
                "nothing can be created in it",
                f"wait for it: the status of `kubectl get namespace {name} -o yaml` says what it waits for",
            )
        elif facts.deployed is not None and name in facts.deployed:
            continue
        elif facts.deployed is None and found.labels.get("app.kubernetes.io/part-of") == PART_OF:
            yield diagnosis(
                "unknown",
                "namespaces",
                f"namespace {name} exists, from a stack of this program",
                "`up` fails if it is another stack's; the state of this one cannot be read here",
                "if it is another stack's, set `namespaces.prefix`",
            )
        else:
            yield diagnosis(
                "error",
                "namespaces",
                f"namespace {name} exists, and this stack did not create it",
                "`up` fails rather than take over what belongs to somebody else",
                "set `namespaces.prefix`, or `namespaces.ollama` and `namespaces.librechat`, to names that are free",
            )
    if all(name in (facts.deployed or ()) and not found.terminating for name, found in facts.namespaces.items()):
        yield ok("namespaces", f"{', '.join(needs.namespaces)}: free, or this stack's own")
