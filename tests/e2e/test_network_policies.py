"""NetworkPolicies, as packets: every pair of pods, allowed and refused.

Pods of the test stand where those of the stack would: policies select by labels, and these are the stack's. DNS is the
cluster's own.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.conftest import NOT_DEPLOYED, MakeDeployed
from tests.e2e.pods import Pods, pod
from tests.expected_flows import POD_NAME, TABLE, expected, strangers
from tests.reachability import Flow

PREFIX = "flows-"
OLLAMA, LIBRECHAT = f"{PREFIX}ollama", f"{PREFIX}librechat"
PART_OF = {"app.kubernetes.io/part-of": "ollama-librechat"}

OWN = {
    "ollama": (OLLAMA, 11434),
    "ollama-auth": (OLLAMA, 8080),
    "ollama-model-pull": (OLLAMA, 0),
    "librechat": (LIBRECHAT, 3080),
    "librechat-mongodb": (LIBRECHAT, 27017),
    "librechat-meilisearch": (LIBRECHAT, 7700),
    "librechat-create-admin": (LIBRECHAT, 0),
}
"""Pods of the stack by their label: namespace, and the port that they listen on, 0 for none."""

FLOWS = {*TABLE, ("ingress", "ollama-auth", 8080), ("ollama-auth", "ollama", 11434)}

DNS = "kube-system/dns"

# The server of Ollama listens where it is told to, and every cluster of the tests has its image.
LISTEN = "exec env OLLAMA_HOST=0.0.0.0:{port} OLLAMA_MODELS=/tmp/models ollama serve"

PROBE = """
for end in $ENDS; do
    (timeout 3 bash -c "exec 3<>/dev/tcp/${end%%=*}" 2> /dev/null && echo "${end#*=}") &
done
wait
"""
"""Prints the names of what answers, out of ENDS: `address/port=name`."""

RESOLVE = "getent hosts kubernetes.default.svc.cluster.local > /dev/null && echo resolved || true"


def with_port(manifest: Mapping[str, Any], port: int) -> dict[str, Any]:
    """A pod as `tests.reachability` reads it."""
    found = {"metadata": manifest["metadata"], "spec": {"containers": [{"ports": []}]}}
    if port:
        found["spec"]["containers"][0]["ports"] = [{"protocol": "TCP", "containerPort": port}]
    return found


def listening(namespace: str, name: str, labels: Mapping[str, str], port: int) -> dict[str, Any]:
    """A pod that listens, or not."""
    return pod(namespace, name, labels, LISTEN.format(port=port), [port]) if port else pod(namespace, name, labels)


def everybody() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The stack's pods and the strangers, as manifests; the cluster's DNS is there already."""
    own = [listening(space, name, {POD_NAME: name, **PART_OF}, port) for name, (space, port) in OWN.items()]
    others = []
    for stranger in strangers(OLLAMA, LIBRECHAT):
        metadata, (container,) = stranger["metadata"], stranger["spec"]["containers"]
        # A pod with these labels would be one of the cluster's DNS servers, and answer nobody.
        if f"{metadata['namespace']}/{metadata['name']}" == DNS:
            continue
        ports = [port["containerPort"] for port in container["ports"] if port["protocol"] == "TCP"]
        others.append(listening(metadata["namespace"], metadata["name"], metadata["labels"], *(ports or [0])))
    return own, others


@pytest.fixture(scope="module")
def flows(make: MakeDeployed, pods: Pods) -> Iterator[tuple[set[Flow], list[dict[str, Any]]]]:
    """Which pod reaches which, tried out; and the pods of the stack."""
    exposure = {"type": "Ingress", "className": "nginx"}
    deployed = make(
        "flows",
        {
            "ollama": {"exposure": {**exposure, "host": "ollama.example.org", "token": {"enabled": True}}},
            "librechat": {
                "exposure": {**exposure, "host": "chat.example.org"},
                "admin": {"email": "admin@example.org", "existingSecret": "first-admin"},
            },
        },
    )
    # The pods of the test instead of all of the stack's.
    deployed.stack.up(exclude=[*NOT_DEPLOYED, "**kubernetes:apps**", "**kubernetes:batch**"], exclude_dependents=True)
    own, others = everybody()
    made = [*own, *others]
    spaces = sorted({manifest["metadata"]["namespace"] for manifest in made} - {OLLAMA, LIBRECHAT, "kube-system"})
    try:
        pods.apply(*({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}} for name in spaces))
        pods.apply(*made)
        for space in {manifest["metadata"]["namespace"] for manifest in made}:
            names = [f"pod/{m['metadata']['name']}" for m in made if m["metadata"]["namespace"] == space]
            pods.must("-n", space, "wait", "--for=condition=Ready", *names, "--timeout=120s", timeout=130)
        yield tried(pods, made), [with_port(m, OWN[m["metadata"]["name"]][1]) for m in own]
    finally:
        for manifest in made:
            space, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
            pods.kubectl("-n", space, "delete", "pod", name, "--ignore-not-found", "--wait=false")
        pods.kubectl("delete", "namespace", *spaces, "--ignore-not-found", "--wait=false")


def tried(pods: Pods, made: list[dict[str, Any]]) -> set[Flow]:
    """Which pod reaches which."""
    addresses = {
        (space, item["metadata"]["name"]): item["status"]["podIP"]
        for space in {manifest["metadata"]["namespace"] for manifest in made}
        for item in pods.get("-n", space, "pods")["items"]
    }
    ends: dict[str, tuple[str, int]] = {}
    for manifest in made:
        space, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        for port in manifest["spec"]["containers"][0]["ports"]:
            ends[f"{space}/{name}"] = (addresses[space, name], port["containerPort"])

    def from_pod(manifest: dict[str, Any]) -> set[Flow]:
        space, name = manifest["metadata"]["namespace"], manifest["metadata"]["name"]
        source = f"{space}/{name}"
        wanted = [f"{address}/{port}={target}" for target, (address, port) in ends.items() if target != source]
        reached = pods.run(space, name, "env", f"ENDS={' '.join(wanted)}", "bash", "-c", PROBE).split()
        found: set[Flow] = {(source, target, "TCP", ends[target][1]) for target in reached}
        if "resolved" in pods.run(space, name, "bash", "-c", RESOLVE):
            found.add((source, DNS, "UDP", 53))
        return found

    with ThreadPoolExecutor(max_workers=4) as pool:
        return set().union(*pool.map(from_pod, made))


def wanted(own: list[dict[str, Any]]) -> set[Flow]:
    """What the table allows, of what is tried: TCP between pods of the test, and names resolved over UDP."""
    flows = {flow for flow in expected(own, FLOWS) if flow[0] != DNS}
    return {flow for flow in flows if (flow[2] == "UDP") == (flow[1] == DNS)}


def test_every_pair_of_pods(flows: tuple[set[Flow], list[dict[str, Any]]]) -> None:
    found, own = flows
    allowed = wanted(own)
    assert len(allowed) > len(FLOWS)
    assert found - allowed == set(), "reached, and has to be refused"
    assert allowed - found == set(), "refused, and has to be reached"
