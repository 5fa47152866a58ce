"""Rules on network policies: every namespace denies traffic by default."""

from collections.abc import Iterator, Sequence

from .pods import pod_spec
from .rule import Resource, StackRule, sequence


def _denies(resource: Resource) -> bool:
    spec = resource.spec
    everybody = "podSelector" in spec and not spec["podSelector"]
    both = {"Ingress", "Egress"} <= set(sequence(spec.get("policyTypes")))
    return (
        resource.kind == "NetworkPolicy" and everybody and both and not spec.get("ingress") and not spec.get("egress")
    )


def _check(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    denied = {resource.namespace for resource in resources if _denies(resource)}
    told: set[str] = set()
    for resource in resources:
        namespace = resource.namespace
        pods = pod_spec(resource) is not None or resource.is_release
        namespace = str(resource.props.get("namespace") or "") if resource.is_release else namespace
        if pods and namespace not in denied | told:
            told.add(namespace)
            yield (
                resource,
                f"namespace {namespace or 'default'} has no NetworkPolicy that refuses everything in both directions. "
                "Add one with an empty podSelector and the policyTypes Ingress and Egress.",
            )


NETWORK_POLICY = StackRule(
    "network-policy", "A namespace with pods has a NetworkPolicy that refuses what no other one allows.", _check
)
