"""The checks: pure functions of the needs of a stack and the facts of a cluster."""

from collections.abc import Callable, Iterator

from cli.doctor.checks import access, cpus, exposure, gpus, images, network, nodes, references, security, storage
from cli.doctor.facts import Facts
from cli.doctor.needs import Needs
from components.settings.findings import Finding

Check = Callable[[Needs, Facts], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    access.kinds,
    access.permissions,
    access.namespaces,
    references.existing,
    storage.storage_classes,
    storage.fs_group,
    nodes.room,
    gpus.allocatable,
    cpus.avx,
    exposure.ingress_classes,
    exposure.gateways,
    security.pod_security,
    network.network_policies,
    images.registries,
)


def diagnose(needs: Needs, facts: Facts) -> list[Finding]:
    """Apply every check."""
    return [finding for check in CHECKS for finding in check(needs, facts)]
