"""What the computation of reachability keeps, for any policies: if it is wrong, every test that uses it is."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reachability import connects, end, outside, reachable

NAMES = ("blue", "green")
LABELS = st.fixed_dictionaries({}, optional={"app": st.sampled_from(("a", "b")), "tier": st.sampled_from(("x", "y"))})
SELECTORS = st.one_of(
    st.just({}),
    LABELS.map(lambda labels: {"matchLabels": labels}),
    st.builds(
        lambda key, operator, values: {"matchExpressions": [{"key": key, "operator": operator, "values": values}]},
        st.sampled_from(("app", "tier")),
        st.sampled_from(("In", "NotIn", "Exists", "DoesNotExist")),
        st.lists(st.sampled_from(("a", "b", "x", "y")), min_size=1, max_size=2),
    ),
)
NAMESPACE_SELECTORS = st.sampled_from(NAMES).map(lambda n: {"matchLabels": {"kubernetes.io/metadata.name": n}})
PEERS = st.one_of(
    st.fixed_dictionaries({"podSelector": SELECTORS}, optional={"namespaceSelector": NAMESPACE_SELECTORS}),
    st.sampled_from(("10.0.0.0/8", "10.0.0.0/30", "0.0.0.0/0")).map(lambda cidr: {"ipBlock": {"cidr": cidr}}),
)
PORTS = st.fixed_dictionaries(
    {"protocol": st.sampled_from(("TCP", "UDP"))}, optional={"port": st.sampled_from((80, 53))}
)
INGRESS = st.fixed_dictionaries(
    {}, optional={"from": st.lists(PEERS, max_size=2), "ports": st.lists(PORTS, max_size=2)}
)
EGRESS = st.fixed_dictionaries({}, optional={"to": st.lists(PEERS, max_size=2), "ports": st.lists(PORTS, max_size=2)})


def policy(namespace: str, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "any", "namespace": namespace}, "spec": spec}


POLICIES = st.lists(
    st.builds(
        lambda namespace, selector, types, ingress, egress: policy(
            namespace, podSelector=selector, policyTypes=types, ingress=ingress, egress=egress
        ),
        st.sampled_from(NAMES),
        SELECTORS,
        st.lists(st.sampled_from(("Ingress", "Egress")), unique=True, min_size=1),
        st.lists(INGRESS, max_size=2),
        st.lists(EGRESS, max_size=2),
    ),
    max_size=4,
)
NAMESPACES = [{"metadata": {"name": name}} for name in NAMES]


def pod(namespace: str, name: str, labels: dict[str, str], address: str = "") -> dict[str, Any]:
    ports = [{"name": "http", "containerPort": 80}, {"containerPort": 53, "protocol": "UDP"}]
    return {
        "metadata": {"namespace": namespace, "name": name, "labels": labels},
        "spec": {"containers": [{"name": "main", "ports": ports}]},
        "status": {"podIP": address},
    }


PODS = st.lists(st.tuples(st.sampled_from(NAMES), LABELS), min_size=2, max_size=4).map(
    lambda drawn: [pod(ns, f"pod-{i}", labels, f"10.0.0.{i + 1}") for i, (ns, labels) in enumerate(drawn)]
)


def everything(pods: list[dict[str, Any]]) -> set[tuple[str, str, str, int]]:
    names = [end(found).name for found in pods]
    return {
        (source, target, protocol, port)
        for source in names
        for target in names
        for protocol, port in (("TCP", 80), ("UDP", 53))
        if source != target
    }


DENY = [policy(name, podSelector={}, policyTypes=["Ingress", "Egress"]) for name in NAMES]


@settings(deadline=None)
@given(PODS)
def test_without_policies_everybody_reaches_everybody(pods: list[dict[str, Any]]) -> None:
    assert reachable([], pods, NAMESPACES) == everything(pods)


@settings(deadline=None)
@given(PODS)
def test_default_deny_leaves_nothing(pods: list[dict[str, Any]]) -> None:
    assert reachable(DENY, pods, NAMESPACES) == set()


@settings(deadline=None)
@given(PODS, POLICIES)
def test_under_default_deny_policies_add_up(pods: list[dict[str, Any]], policies: list[dict[str, Any]]) -> None:
    flows = reachable(DENY, pods, NAMESPACES)
    for count in range(1, len(policies) + 1):
        more = reachable([*DENY, *policies[:count]], pods, NAMESPACES)
        assert flows <= more
        flows = more


@settings(deadline=None)
@given(PODS, POLICIES)
def test_default_deny_takes_away_what_nothing_allows(
    pods: list[dict[str, Any]], policies: list[dict[str, Any]]
) -> None:
    assert reachable([*DENY, *policies], pods, NAMESPACES) <= reachable(policies, pods, NAMESPACES)


@settings(deadline=None)
@given(PODS, POLICIES)
def test_the_order_of_policies_does_not_matter(pods: list[dict[str, Any]], policies: list[dict[str, Any]]) -> None:
    assert reachable(policies, pods, NAMESPACES) == reachable(policies[::-1], pods, NAMESPACES)


@settings(deadline=None)
@given(PODS, LABELS, st.sampled_from(NAMES))
def test_two_selectors_in_one_peer_allow_less_than_in_two(
    pods: list[dict[str, Any]], labels: dict[str, str], namespace: str
) -> None:
    selectors = {
        "podSelector": {"matchLabels": labels},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
    }

    def with_peers(*peers: dict[str, Any]) -> set[tuple[str, str, str, int]]:
        ingress = [{"from": list(peers)}]
        opened = [policy(name, podSelector={}, policyTypes=["Ingress"], ingress=ingress) for name in NAMES]
        return reachable(opened, pods, NAMESPACES)

    together = with_peers(selectors)
    apart = with_peers(*({key: value} for key, value in selectors.items()))
    assert together <= apart
    names = {end(found).name: found["metadata"] for found in pods}
    for source, *_ in together:
        assert names[source]["namespace"] == namespace
        assert labels.items() <= names[source]["labels"].items()


def test_a_policy_of_one_direction_leaves_the_other_alone() -> None:
    pods = [pod("blue", "a", {"app": "a"}), pod("green", "b", {"app": "b"})]
    ingress = policy("blue", podSelector={}, policyTypes=["Ingress"])
    assert {(s, t) for s, t, *_ in reachable([ingress], pods, NAMESPACES)} == {("blue/a", "green/b")}
    egress = policy("blue", podSelector={}, policyTypes=["Egress"])
    assert {(s, t) for s, t, *_ in reachable([egress], pods, NAMESPACES)} == {("green/b", "blue/a")}


def test_a_connection_needs_both_ends() -> None:
    pods = [pod("blue", "a", {}), pod("green", "b", {})]
    to = {"to": [{"podSelector": {}, "namespaceSelector": {}}], "ports": [{"port": 80}]}
    leaves = policy("blue", podSelector={}, policyTypes=["Egress"], egress=[to])
    assert reachable([*DENY, leaves], pods, NAMESPACES) == set()
    enters = policy("green", podSelector={}, policyTypes=["Ingress"], ingress=[{"ports": [{"port": "http"}]}])
    assert reachable([*DENY, leaves, enters], pods, NAMESPACES) == {("blue/a", "green/b", "TCP", 80)}


def test_networks_are_for_addresses() -> None:
    a = end(pod("blue", "a", {}, "10.0.0.1"))
    block = {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}}
    rules = [policy("blue", podSelector={}, policyTypes=["Egress"], egress=[{"to": [block], "ports": [{"port": 443}]}])]
    assert connects(rules, NAMESPACES, a, outside("93.184.216.34"), ("TCP", 443))
    assert not connects(rules, NAMESPACES, a, outside("93.184.216.34"), ("TCP", 80))
    assert not connects(rules, NAMESPACES, a, outside("10.1.2.3"), ("TCP", 443))
    assert not connects(rules, NAMESPACES, a, outside("2001:db8::1"), ("TCP", 443))
