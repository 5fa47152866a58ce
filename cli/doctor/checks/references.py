"""Checks objects that the settings refer to and the stack does not create."""

from collections.abc import Iterator

from cli.doctor.diagnosis import Level, diagnosis, ok
from cli.doctor.facts import Facts
from cli.doctor.needs import Needs, Reference, title
from components.settings.findings import Finding

_CONSEQUENCES = {
    "PersistentVolumeClaim": "the pod waits for it and is never scheduled",
    "PriorityClass": "the API server refuses the pod",
    "RuntimeClass": "the API server refuses the pod",
    "Ingress": "the proxy answers with its own certificate, which browsers refuse",
}


def existing(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that referenced Secrets, ConfigMaps, claims and classes exist and have the needed keys."""
    for reference in needs.references:
        where = (reference.kind, reference.namespace, reference.name)
        if where not in facts.existing:
            yield _missing(reference, facts)
            continue
        keys = facts.existing[where]
        if keys is None:
            yield diagnosis(
                "unknown",
                "existing objects",
                f"the user is not allowed to read {title(*where)}",
                f"{reference.by} needs it{_keys(reference.keys)}",
                "ask somebody who may",
            )
        elif reference.keys - keys:
            lacking = sorted(reference.keys - keys)
            yield diagnosis(
                _level(reference),
                "existing objects",
                f"{title(*where)} has no key {', '.join(lacking)}",
                f"{reference.by} needs it: {_consequence(reference)}",
                "add it: docs/configuration.md says what each key holds; there are: "
                f"{', '.join(sorted(keys)) or 'none'}",
            )
        else:
            yield ok("existing objects", f"{title(*where)} exists{_keys(reference.keys)}")


def _missing(reference: Reference, facts: Facts) -> Finding:
    where = title(reference.kind, reference.namespace, reference.name)
    fix = "create it, or correct its name in the settings"
    if reference.namespace and reference.namespace not in (facts.namespaces or {}):
        fix = (
            f"the stack creates namespace {reference.namespace}: run `up` once, which fails waiting for the pods, "
            "create it there, and run `up` again"
        )
    return diagnosis(
        _level(reference),
        "existing objects",
        f"{where} does not exist{_keys(reference.keys)}",
        f"{reference.by} needs it: {_consequence(reference)}",
        fix,
    )


def _level(reference: Reference) -> Level:
    return "warning" if reference.by.startswith("Ingress ") else "error"


def _consequence(reference: Reference) -> str:
    if reference.by.startswith("Ingress "):
        return _CONSEQUENCES["Ingress"]
    return _CONSEQUENCES.get(reference.kind, "its containers do not start without it, and `up` fails at its deadline")


def _keys(keys: frozenset[str]) -> str:
    return f" (keys: {', '.join(sorted(keys))})" if keys else ""
