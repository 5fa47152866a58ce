"""Rules on all resources of a stack, each with what passes and what fails."""

import dataclasses

import pytest

from policies.rules import STACK_RULES
from policies.rules.data import DATA_PROTECTED, ONE_GPU_HOLDER
from policies.rules.exposure import NO_ANONYMOUS_OLLAMA
from policies.rules.network import NETWORK_POLICY
from policies.rules.rule import Resource, StackRule
from tests.unit.policies.objects import (
    LABELS,
    claim,
    deployment,
    good,
    ingress,
    kubernetes,
    policy,
    release,
    route,
    service,
)

DEVELOPMENT = {"labels": {**LABELS, "env": "development"}}
PASSWORD = Resource("random:index/randomPassword:RandomPassword", "password", {})
SECURITY_POLICY = kubernetes(
    "gateway.envoyproxy.io/v1alpha1",
    "SecurityPolicy",
    "ollama-networks",
    spec={"targetRefs": [{"kind": "HTTPRoute", "name": "ollama-ingress"}]},
)


def renamed(resource: Resource, name: str) -> Resource:
    metadata = {**resource.metadata, "name": name}
    return dataclasses.replace(resource, name=name, urn=name, props={**resource.props, "metadata": metadata})


@pytest.mark.parametrize("rule", STACK_RULES, ids=lambda rule: rule.name)
def test_a_good_stack_violates_nothing(rule: StackRule) -> None:
    assert list(rule.violations(good())) == []


@pytest.mark.parametrize(
    ("rule", "resources", "words"),
    [
        (NO_ANONYMOUS_OLLAMA, [deployment(), service(), ingress()], "has no authentication"),
        (NO_ANONYMOUS_OLLAMA, [deployment(), service(), route()], "has no authentication"),
        (NETWORK_POLICY, [deployment()], "namespace ollama has no NetworkPolicy"),
        (NETWORK_POLICY, [deployment(), policy(policyTypes=["Ingress"])], "no NetworkPolicy"),
        (NETWORK_POLICY, [deployment(), policy(podSelector={"matchLabels": {"a": "b"}})], "no NetworkPolicy"),
        (NETWORK_POLICY, [deployment(), policy(ingress=[{}])], "no NetworkPolicy"),
        (NETWORK_POLICY, [release()], "no NetworkPolicy"),
        (DATA_PROTECTED, [claim(protect=False)], "is not protected"),
        (DATA_PROTECTED, [policy(), PASSWORD], "is not protected"),
        (ONE_GPU_HOLDER, [claim(), deployment(spec={"replicas": 2})], "2 replicas"),
        (ONE_GPU_HOLDER, [claim(), deployment(spec={"strategy": {"type": "RollingUpdate"}})], "strategy Recreate"),
        (ONE_GPU_HOLDER, [claim(), deployment(), renamed(deployment(), "second")], "ollama holds it with a GPU"),
    ],
)
def test_a_violation_names_the_object_and_what_to_do(rule: StackRule, resources: list[Resource], words: str) -> None:
    found = list(rule.violations(resources))
    assert len(found) == 1
    assert words in found[0].message
    wrong = next(resource for resource in resources if resource.urn == found[0].urn)
    assert found[0].message.startswith(f"{wrong.kind} {wrong.reference}: ")
    assert list(rule.violations(resources, [wrong.reference])) == []


@pytest.mark.parametrize(
    ("rule", "resources"),
    [
        (NO_ANONYMOUS_OLLAMA, [deployment(), service(), ingress("another")]),
        (
            NO_ANONYMOUS_OLLAMA,
            [
                deployment(),
                service(),
                ingress(**{"nginx.ingress.kubernetes.io/whitelist-source-range": "10.0.0.0/8"}),
            ],
        ),
        (NO_ANONYMOUS_OLLAMA, [deployment(), service(), route(), SECURITY_POLICY]),
        (NO_ANONYMOUS_OLLAMA, [deployment(), service(), route(filters=[{"type": "ExtensionRef"}])]),
        (DATA_PROTECTED, [kubernetes("core/v1", "PersistentVolumeClaim", "scratch", metadata=DEVELOPMENT), PASSWORD]),
        (ONE_GPU_HOLDER, [claim("ReadWriteMany"), deployment(spec={"replicas": 2})]),
        (
            ONE_GPU_HOLDER,
            [claim(), deployment("containers.0.resources.limits", {}, spec={"replicas": 2})],
        ),
    ],
)
def test_what_passes(rule: StackRule, resources: list[Resource]) -> None:
    assert list(rule.violations(resources)) == []
