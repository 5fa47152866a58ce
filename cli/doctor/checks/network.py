"""Checks that the network plugin enforces NetworkPolicies."""

from collections.abc import Iterator

from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import DaemonSet, Facts
from cli.doctor.needs import Needs
from components.settings.findings import Finding

_ENFORCE = {
    "calico-node": "Calico",
    "canal": "Canal",
    "rke2-canal": "Canal",
    "cilium": "Cilium",
    "anetd": "GKE Dataplane V2",
    "antrea-agent": "Antrea",
    "kube-router": "kube-router",
    "ovnkube-node": "OVN-Kubernetes",
    "ovs-ovn": "Kube-OVN",
    "weave-net": "Weave Net",
    "azure-npm": "Azure Network Policy Manager",
}
"""Network plugins that enforce NetworkPolicies, by the name of the DaemonSet that their installation creates."""

_IGNORE = {"kube-flannel-ds": "Flannel", "kube-flannel": "Flannel"}
"""Network plugins that store NetworkPolicies and ignore them."""

_EMBEDDED = ("+k3s", "+rke2")
"""Distributions, by the kubelet's version, whose own process enforces them: k3s has a controller for it."""

_AWS, _AWS_SWITCH = "aws-node", "--enable-network-policy=true"
_WHY = "without enforcement every pod of the cluster reaches Ollama, which has no authentication, and the databases"


def network_policies(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that the cluster enforces NetworkPolicies."""
    if not needs.all("NetworkPolicy"):
        yield diagnosis(
            "warning",
            "network policies",
            "the stack has none (`networkPolicies.enabled: false`)",
            _WHY.removeprefix("without enforcement "),
            "set `networkPolicies.enabled: true`, or have others for these namespaces",
        )
        return
    enforcing = next((name for found in facts.daemon_sets or () if (name := _enforces(found))), "")
    if not enforcing and any(sign in node.kubelet for node in facts.nodes or () for sign in _EMBEDDED):
        enforcing = "k3s" if any("+k3s" in node.kubelet for node in facts.nodes or ()) else "RKE2"
    ignoring = next((_IGNORE[found.name] for found in facts.daemon_sets or () if found.name in _IGNORE), "")
    if enforcing:
        yield ok("network policies", f"enforced by {enforcing}")
    elif ignoring:
        yield diagnosis(
            "warning",
            "network policies",
            f"{ignoring} stores NetworkPolicies and does not enforce them",
            _WHY,
            "add a network plugin that does, for example Calico or Cilium",
        )
    else:
        yield diagnosis(
            "unknown",
            "network policies",
            "no network plugin that is known to enforce NetworkPolicies was found among the DaemonSets"
            if facts.daemon_sets is not None
            else "the user may not list DaemonSets",
            _WHY,
            "try it after `up`: `kubectl -n default run probe --rm -it --restart Never --image busybox -- "
            f"wget -T 3 -qO- http://ollama.{_ollama(needs)}:11434` has to time out",
        )


def _enforces(found: DaemonSet) -> str:
    if found.name == _AWS:
        return "the Amazon VPC CNI" if _AWS_SWITCH in found.arguments else ""
    return _ENFORCE.get(found.name, "")


def _ollama(needs: Needs) -> str:
    return next(
        (one.namespace for one in needs.objects if one.kind.name == "Service" and one.name == "ollama"), "ollama"
    )
