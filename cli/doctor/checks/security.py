"""Checks that Pod Security levels are enforced."""

from collections.abc import Iterator

from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts
from cli.doctor.needs import Needs
from components.settings.findings import Finding


def pod_security(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that Pod Security admission is enabled."""
    names = ", ".join(needs.namespaces)
    if facts.pod_security:
        yield ok("pod security", f"Pod Security admission is on: {names} take only pods of the level restricted")
    elif facts.pod_security is None:
        yield diagnosis(
            "unknown",
            "pod security",
            "the user may not try to create a namespace, so it cannot be told whether Pod Security admission is on",
            f"without it the labels of {names} keep no pod out",
            "ask the cluster's administrator; it is on by default since Kubernetes 1.23",
        )
    else:
        yield diagnosis(
            "warning",
            "pod security",
            "Pod Security admission is off: the server takes a namespace with a level that there is not",
            f"the labels of {names} keep no pod out; this stack's own pods are restricted all the same",
            "take PodSecurity out of the API server's --disable-admission-plugins, or have another admission "
            "controller hold these namespaces to the level restricted",
        )
