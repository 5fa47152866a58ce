"""Who reaches whom among the pods that the program declares."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.expected_flows import POD_NAME, TABLE, expected, namespaces, stranger, strangers
from tests.reachability import connects, end, outside, reachable
from tests.unit.pods import pods
from tests.unit.recording import Recording

Execute = Callable[..., Recording]
INTERNET = "93.184.216.34"
PRIVATE = ("10.0.0.1", "100.64.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "127.0.0.1")


def manifests(program: Recording) -> list[dict[str, Any]]:
    """The pods of a program as they would run, one for each template."""
    return [
        {
            "metadata": {
                "namespace": pod.owner.metadata["namespace"],
                "name": pod.owner.object_name,
                "labels": pod.metadata["labels"],
            },
            "spec": pod.spec,
        }
        for pod in pods(program)
    ]


def policies(program: Recording) -> list[dict[str, Any]]:
    return [found.inputs for found in program.all("NetworkPolicy")]


def flows(program: Recording, *more: dict[str, Any]) -> set[tuple[str, str, str, int]]:
    everybody = [*manifests(program), *strangers(), *more]
    return reachable(policies(program), everybody, namespaces(pod["metadata"]["namespace"] for pod in everybody))


def leaves(program: Recording, name: str, address: str, port: int) -> bool:
    """Whether the pod of a workload reaches an address outside the cluster."""
    return bool(leaving(program, name, address, [port]))


def leaving(program: Recording, name: str, address: str, ports: Iterable[int]) -> list[int]:
    """The ports of an address outside the cluster that the pod of a workload reaches."""
    found = next(pod for pod in manifests(program) if pod["metadata"]["labels"][POD_NAME] == name)
    spaces = namespaces([found["metadata"]["namespace"]])
    rules, source, target = policies(program), end(found), outside(address)
    return [port for port in ports if connects(rules, spaces, source, target, ("TCP", port))]


def test_the_program_allows_exactly_the_table(execute: Execute) -> None:
    admin = {"email": "admin@example.org", "existingSecret": "admin"}
    program = execute(librechat={"admin": admin})
    own = manifests(program)
    assert len(own) == 6
    assert flows(program) == expected(own, TABLE)


def test_the_stack_files_allow_no_more(program: Recording, stack: str) -> None:
    traefik = stack in {"staging", "prod"}
    table = {entry for entry in TABLE if entry[0] != "ingress"} if traefik else set(TABLE)
    if stack in {"dev", "sandbox"}:
        table.add(("ingress", "ollama", 11434))
    assert flows(program) == expected(manifests(program), table)


def test_without_policies_everybody_reaches_everybody(execute: Execute) -> None:
    program = execute(networkPolicies={"enabled": False})
    assert policies(program) == []
    assert ("elsewhere/librechat", "ollama/ollama", "TCP", 11434) in flows(program)


def test_every_namespace_refuses_both_ways_by_default(program: Recording) -> None:
    for namespace in ("ollama", "librechat"):
        spec = program.object("NetworkPolicy", "default-deny", namespace).spec
        assert spec == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_a_peer_of_another_namespace_has_both_selectors(program: Recording) -> None:
    peers = [
        peer
        for policy in policies(program)
        for rule in [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]
        for peer in [*rule.get("from", []), *rule.get("to", [])]
        if "ipBlock" not in peer
    ]
    assert len(peers) >= 8
    assert all(peer["podSelector"]["matchLabels"] for peer in peers)
    for policy in policies(program):
        for rule in policy["spec"].get("ingress", []):
            assert rule["from"], "an empty `from` lets everybody in"
            assert rule["ports"]


def test_policies_are_there_before_a_pod_runs(program: Recording) -> None:
    homes = {"ollama": "ollama", "mongodb": "librechat", "meilisearch": "librechat", "librechat": "librechat"}
    for component, home in homes.items():
        deny = program.object("NetworkPolicy", "default-deny", home)
        assert deny.urn in program.component(component).dependencies


def test_only_ollama_downloads_and_only_from_the_internet(program: Recording) -> None:
    assert leaves(program, "ollama", INTERNET, 443)
    assert not leaves(program, "ollama", INTERNET, 80)
    assert [address for address in PRIVATE if leaves(program, "ollama", address, 443)] == []
    for name in ("librechat-mongodb", "librechat-meilisearch", "ollama-model-pull"):
        assert not leaves(program, name, INTERNET, 443)


def test_librechat_leaves_the_cluster_only_where_a_rule_says_so(execute: Execute) -> None:
    assert not leaves(execute(), "librechat", INTERNET, 443)
    rule = {"to": [{"ipBlock": {"cidr": f"{INTERNET}/32"}}], "ports": [{"port": 443, "protocol": "TCP"}]}
    program = execute(networkPolicies={"extraEgress": {"librechat": [rule]}})
    assert leaves(program, "librechat", INTERNET, 443)
    assert not leaves(program, "librechat", INTERNET, 25)
    assert not leaves(program, "librechat-mongodb", INTERNET, 443)


def test_prometheus_gets_in_if_asked_for(execute: Execute) -> None:
    flow = ("monitoring/prometheus", "librechat/librechat", "TCP", 3080)
    assert flow not in flows(execute())
    found = flows(execute(networkPolicies={"prometheus": {"enabled": True}}))
    assert flow in found
    assert ("elsewhere/prometheus", *flow[1:]) not in found


def test_another_controller_in_another_namespace(execute: Execute) -> None:
    traefik = stranger("kube-system", "traefik", {"app.kubernetes.io/name": "traefik"})
    program = execute(
        librechat={"exposure": {"controller": "traefik", "className": "traefik"}},
        networkPolicies={"ingressController": {"namespace": "kube-system"}},
    )
    found = flows(program, traefik)
    assert ("kube-system/traefik", "librechat/librechat", "TCP", 3080) in found
    assert ("ingress-nginx/controller", "librechat/librechat", "TCP", 3080) not in found
    assert ("kube-system/other", "librechat/librechat", "TCP", 3080) not in found


def test_without_exposure_nobody_comes_in_from_outside(execute: Execute) -> None:
    program = execute(librechat={"exposure": {"type": "none"}})
    assert {s for s, t, *_ in flows(program) if t == "librechat/librechat"} == set()


def test_a_load_balancer_comes_from_a_network(execute: Execute) -> None:
    program = execute(networkPolicies={"ingressController": {"networks": ["192.0.2.0/24"]}})
    (found,) = [pod for pod in manifests(program) if pod["metadata"]["name"] == "librechat"]
    spaces = namespaces(["librechat"])
    assert connects(policies(program), spaces, outside("192.0.2.7"), end(found), ("TCP", 3080))
    assert not connects(policies(program), spaces, outside("198.51.100.7"), end(found), ("TCP", 3080))


def test_stores_outside_the_cluster_are_reached_on_the_port_of_their_uri(execute: Execute) -> None:
    uri = "mongodb://user:hunter2@a.example.org:27018,b.example.org:27019/LibreChat"
    program = execute(
        frozenset({"ollama-librechat:mongodb", "ollama-librechat:meilisearch", "ollama-librechat:librechat"}),
        mongodb={"external": {"uri": uri}},
        meilisearch={"external": {"url": "https://search.example.org:7701", "masterKey": "0123456789abcdef"}},
        librechat={
            "replicas": 2,
            "storage": {"accessMode": "ReadWriteMany"},
            "redis": {"uri": "rediss://:hunter2@redis.example.org:6380/0"},
        },
    )
    expected_ports = [6380, 7701, 27018, 27019]
    others = {near for port in expected_ports for near in (port - 1, port + 1)} - {*expected_ports}
    asked = sorted({*expected_ports, *others, *range(1, 65536, 101), 22, 25, 80, 443, 6379, 7700, 27017})
    assert leaving(program, "librechat", INTERNET, asked) == expected_ports
    policy = program.object("NetworkPolicy", "librechat")
    assert policy.secrets == frozenset()
    assert not any("example.org" in text or "hunter2" in text for text in policy.clear_texts())


def test_stores_whose_uri_is_in_a_secret_are_reached_on_the_port_of_the_settings(execute: Execute) -> None:
    program = execute(
        mongodb={"external": {"existingSecret": "database", "port": 27020}},
        librechat={
            "replicas": 2,
            "storage": {"accessMode": "ReadWriteMany"},
            "redis": {"existingSecret": "redis", "port": 6390},
        },
    )
    assert leaves(program, "librechat", INTERNET, 27020)
    assert leaves(program, "librechat", INTERNET, 6390)
    assert not leaves(program, "librechat", INTERNET, 27017)


def test_an_unknown_controller_is_refused_with_what_to_do(execute: Execute) -> None:
    with pytest.raises(Exception, match=r"networkPolicies.ingressController.namespace") as refused:
        execute(librechat={"exposure": {"controller": "other"}})
    assert "networkPolicies.enabled: false" in str(refused.value)


def test_a_misspelled_egress_rule_is_refused(execute: Execute) -> None:
    rule = {"too": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}
    with pytest.raises(Exception, match=r"networkPolicies.extraEgress.librechat\[0\]"):
        execute(networkPolicies={"extraEgress": {"librechat": [rule]}})
