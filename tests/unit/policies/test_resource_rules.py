"""Rules on single resources, each with what passes and what fails."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.rules import RESOURCE_RULES, STACK_RULES
from policies.rules.exposure import NO_LOAD_BALANCER
from policies.rules.images import CHART_VERSION, IMAGE_VERSION, tag
from policies.rules.labels import LABELS, NEEDED
from policies.rules.limits import REQUESTS_AND_LIMITS
from policies.rules.rule import UNKNOWN, Resource, ResourceRule
from policies.rules.secrets import NO_CLEAR_TEXT, looks_secret
from policies.rules.security_context import HOST_NAMESPACES, RESTRICTED
from tests.unit.policies.objects import config_map, deployment, good, kubernetes, policy, release, service

SECRET = "s3cretvalue" * 3


def pods(path: str, value: Any = None) -> Resource:
    return deployment(path, value)


def variable(name: str, value: str) -> Resource:
    return deployment("containers.0.env", [{"name": name, "value": value}])


@pytest.mark.parametrize("rule", RESOURCE_RULES, ids=lambda rule: rule.name)
def test_a_good_stack_violates_nothing(rule: ResourceRule) -> None:
    assert [message for resource in good() for message in rule.violations(resource)] == []


@pytest.mark.parametrize(
    ("rule", "resource", "words"),
    [
        (IMAGE_VERSION, pods("containers.0.image", "ollama/ollama"), "has no tag"),
        (IMAGE_VERSION, pods("containers.0.image", "mirror.example.org:5000/ollama"), "has no tag"),
        (IMAGE_VERSION, pods("containers.0.image", "ollama/ollama:latest"), "moves"),
        (IMAGE_VERSION, pods("containers.0.image", "ollama/ollama:rocm"), "moves"),
        (IMAGE_VERSION, pods("containers.0.image", "mongo:8"), "moves"),
        (IMAGE_VERSION, pods("initContainers", [{"name": "wait", "image": "busybox"}]), "container wait has no tag"),
        (CHART_VERSION, release(version=""), "has no version"),
        (REQUESTS_AND_LIMITS, pods("containers.0.resources"), "limits.memory"),
        (REQUESTS_AND_LIMITS, pods("containers.0.resources.requests.cpu"), "requests.cpu"),
        (RESTRICTED, pods("securityContext.runAsNonRoot"), "runAsNonRoot: true"),
        (RESTRICTED, pods("securityContext.runAsUser", 0), "must not be 0"),
        (RESTRICTED, pods("securityContext.seccompProfile"), "seccompProfile"),
        (RESTRICTED, pods("containers.0.securityContext"), "allowPrivilegeEscalation: false"),
        (RESTRICTED, pods("containers.0.securityContext.privileged", True), "privileged"),
        (RESTRICTED, pods("containers.0.securityContext.capabilities", {"drop": ["NET_RAW"]}), "capabilities ALL"),
        (
            RESTRICTED,
            pods("containers.0.securityContext.capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
            "NET_BIND_SERVICE",
        ),
        (RESTRICTED, pods("containers.0.securityContext.readOnlyRootFilesystem", False), "readOnlyRootFilesystem"),
        (RESTRICTED, pods("volumes.0", {"name": "data", "hostPath": {"path": "/data"}}), "hostPath"),
        (HOST_NAMESPACES, pods("hostNetwork", True), "hostNetwork"),
        (HOST_NAMESPACES, pods("hostPID", True), "hostPID"),
        (HOST_NAMESPACES, pods("containers.0.ports", [{"containerPort": 80, "hostPort": 80}]), "port 80 of the node"),
        (NO_LOAD_BALANCER, service(type="LoadBalancer"), "type LoadBalancer"),
        (NO_LOAD_BALANCER, service(type="NodePort"), "type NodePort"),
        (NO_LOAD_BALANCER, service(externalIPs=["192.0.2.1"]), "externalIPs"),
        (NO_CLEAR_TEXT, variable("MEILI_MASTER_KEY", SECRET), "MEILI_MASTER_KEY"),
        (NO_CLEAR_TEXT, variable("MONGO_URI", "mongodb://librechat:hunter22@mongodb/LibreChat"), "MONGO_URI"),
        (NO_CLEAR_TEXT, variable("HARMLESS", "sk-" + "a" * 32), "HARMLESS"),
        (NO_CLEAR_TEXT, config_map(JWT_SECRET=SECRET), "JWT_SECRET"),
        (NO_CLEAR_TEXT, config_map(**{"librechat.yaml": f"endpoints:\n  apiKey: {SECRET}\n"}), "apiKey"),
        (NO_CLEAR_TEXT, config_map(pem="-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"), "pem"),
        (LABELS, policy() and kubernetes("core/v1", "ConfigMap", "bare", metadata={"labels": {}}), NEEDED[0]),
    ],
)
def test_a_violation_names_the_object_and_what_to_do(rule: ResourceRule, resource: Resource, words: str) -> None:
    messages = list(rule.violations(resource))
    assert len(messages) == 1
    assert messages[0].startswith(f"{resource.kind} {resource.reference}: ")
    assert words in messages[0]
    assert SECRET not in messages[0]
    assert "hunter22" not in messages[0]
    assert list(rule.violations(resource, [resource.reference])) == []


@pytest.mark.parametrize(
    "image",
    [
        "mongo:8.0.17",
        "mirror.example.org:5000/library/mongo:8.0",
        "ollama/ollama:0.12.6-rocm",
        "ollama/ollama@sha256:" + "0" * 64,
        "ghcr.io/danny-avila/librechat:v0.8.1",
        "example.org/app:9f3c2ab",
        UNKNOWN,
    ],
)
def test_images_that_stay_what_they_are(image: str) -> None:
    assert list(IMAGE_VERSION.violations(pods("containers.0.image", image))) == []


def test_a_tag_is_no_port() -> None:
    assert tag("mirror.example.org:5000/mongo") == ""
    assert tag("mirror.example.org:5000/mongo:8.0.17@sha256:00") == "8.0.17"


def test_a_chart_in_a_directory_needs_no_version() -> None:
    assert list(CHART_VERSION.violations(release(chart="./charts/ollama", version=""))) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_API_KEY", "${OPENAI_API_KEY}"),
        ("apiKey", "ollama"),
        ("JWT_SECRET", ""),
        ("TOKEN_FILE", "/run/secrets/token"),
        ("SESSION_TOKEN_EXPIRY", "900000000"),
        ("ALLOW_PASSWORD_RESET", "false"),
        ("MAX_TOKENS", "123456789012"),
        ("MONGO_URI", "mongodb://librechat:$(PASSWORD)@mongodb/LibreChat"),
        ("JWT_SECRET", UNKNOWN),
    ],
)
def test_what_is_no_secret(name: str, value: str) -> None:
    assert not looks_secret(name, value)


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEF0123456789", min_size=8).filter(lambda text: not text.isdigit())
)
def test_any_long_value_of_a_secrets_name_is_found(value: str) -> None:
    assert looks_secret("DB_PASSWORD", value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | st.just(UNKNOWN),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["spec", "template", "metadata", "containers", "env", "labels", "rules", "name", "ports"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    ),
    st.sampled_from(["apps/v1:Deployment", "core/v1:Service", "core/v1:ConfigMap", "networking.k8s.io/v1:Ingress"]),
)
def test_no_shape_of_a_resource_breaks_a_rule(spec: Any, kind: str) -> None:
    resource = Resource(f"kubernetes:{kind}", "any", {"metadata": spec, "spec": spec, "data": spec})
    for rule in RESOURCE_RULES:
        list(rule.violations(resource))
    for stack_rule in STACK_RULES:
        list(stack_rule.violations([resource, *good()]))
