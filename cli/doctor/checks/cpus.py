"""Checks that the nodes' CPUs can run the programs."""

from collections.abc import Iterator

from cli.doctor.checks.nodes import places
from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts, Node
from cli.doctor.needs import Needs
from components.settings.findings import Finding

_NFD = "feature.node.kubernetes.io/cpu-cpuid."
"""Prefix of the labels that Node Feature Discovery sets on a node, one for each feature of its CPU."""


def avx(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that a node for MongoDB has AVX, which MongoDB needs on amd64 (MongoDB's Production Notes)."""
    if facts.nodes is None or not needs.mongodb:
        return
    nodes = [node for node in places(needs.mongodb[0], facts.nodes) if _architecture(node) == "amd64"]
    if not nodes:
        return
    known = [node for node in nodes if any(label.startswith(_NFD) for label in node.labels)]
    lacking = [node.name for node in known if f"{_NFD}AVX" not in node.labels]
    why = "MongoDB ends with `Illegal instruction` on a CPU without AVX"
    if lacking:
        yield diagnosis(
            "error" if len(lacking) == len(nodes) else "warning",
            "CPU",
            f"no AVX on {', '.join(lacking)}",
            f"{why}, as virtual machines with a generic CPU model have it",
            "give the virtual machines the CPU of their host, keep MongoDB away from these nodes by "
            f'`mongodb.pods.nodeSelector` (`{_NFD}AVX: "true"`), or set `mongodb.external`',
        )
    elif len(known) == len(nodes):
        yield ok("CPU", f"AVX on {', '.join(node.name for node in known)}")
    else:
        yield diagnosis(
            "unknown",
            "CPU",
            "the nodes' labels do not say whether their CPUs have AVX",
            why,
            "`grep -m1 -o avx /proc/cpuinfo` on a node says it, and so do the labels of Node Feature Discovery",
        )


def _architecture(node: Node) -> str:
    return node.labels.get("kubernetes.io/arch", "amd64")
