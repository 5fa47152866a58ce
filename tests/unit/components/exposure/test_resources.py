"""Ingress and HTTPRoute: streaming, uploads, TLS, and nothing where nothing is asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from components.exposure.resources import url
from components.exposure.settings import Exposure
from tests.unit.programs import librechat
from tests.unit.recording import Recording, run

Execute = Callable[..., Recording]
NGINX = "nginx.ingress.kubernetes.io"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"type": "none", "host": "a.b"}, ""),
        ({"type": "Ingress", "host": "a.b"}, "http://a.b"),
        ({"type": "Ingress", "host": "a.b", "tls": {"secretName": "t"}}, "https://a.b"),
        ({"type": "HTTPRoute", "host": "a.b", "gateway": {"name": "g"}}, "http://a.b"),
        ({"type": "HTTPRoute", "host": "a.b", "gateway": {"name": "g", "sectionName": "https"}}, "https://a.b"),
    ],
)
def test_the_url_is_the_one_that_a_browser_uses(settings: dict[str, Any], expected: str) -> None:
    assert run(lambda: url(Exposure.model_validate(settings))).result == expected


def test_an_ingress_has_one_host_its_class_and_no_tls_by_default(default_program: Recording) -> None:
    ingress = default_program.object("Ingress", "librechat")
    assert ingress.spec["ingressClassName"] == "nginx"
    assert [rule["host"] for rule in ingress.spec["rules"]] == ["localhost"]
    assert "tls" not in ingress.spec
    (path,) = ingress.spec["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "librechat", "port": {"number": 3080}}
    assert (path["path"], path["pathType"]) == ("/", "Prefix")


@pytest.mark.parametrize(
    ("kind", "annotation"),
    [("ClusterIssuer", "cert-manager.io/cluster-issuer"), ("Issuer", "cert-manager.io/issuer")],
)
def test_an_issuer_fills_the_secret(kind: str, annotation: str) -> None:
    tls = {"secretName": "chat-tls", "issuer": "letsencrypt", "issuerKind": kind}
    ingress = librechat(exposure={"host": "a.b", "tls": tls}).object("Ingress", "librechat")
    assert ingress.spec["tls"] == [{"hosts": ["a.b"], "secretName": "chat-tls"}]
    assert {k: v for k, v in ingress.metadata["annotations"].items() if "cert-manager" in k} == {
        annotation: "letsencrypt"
    }


def test_annotations_of_ones_own_win() -> None:
    annotations = {f"{NGINX}/proxy-read-timeout": "5", "a.b/c": "d"}
    program = librechat(exposure={"host": "a.b", "annotations": annotations, "className": ""})
    ingress = program.object("Ingress", "librechat")
    assert annotations.items() <= ingress.metadata["annotations"].items()
    assert ingress.metadata["annotations"][f"{NGINX}/proxy-buffering"] == "off"
    assert "ingressClassName" not in ingress.spec


def test_a_route_names_its_gateway_and_lets_streams_last(execute: Execute) -> None:
    gateway = {"name": "edge", "namespace": "gateways", "sectionName": "https"}
    exposure = {"type": "HTTPRoute", "host": "a.b", "gateway": gateway, "controller": "envoy-gateway"}
    program = execute(librechat={"exposure": exposure})
    route = program.object("HTTPRoute", "librechat", "librechat")
    assert route.inputs["apiVersion"] == "gateway.networking.k8s.io/v1"
    assert route.spec["parentRefs"] == [gateway]
    assert route.spec["hostnames"] == ["a.b"]
    (rule,) = route.spec["rules"]
    assert rule["backendRefs"] == [{"name": "librechat", "port": 3080}]
    assert rule["timeouts"]["request"] == "0s"
    assert [r for r in program.all("Ingress") if r.object_name == "librechat"] == []
    assert program.exports["librechat_url"] == "https://a.b"


def test_nothing_is_exposed_when_nothing_is_asked_for() -> None:
    program = librechat(exposure={"type": "none"})
    assert [r.name for kind in ("Ingress", "HTTPRoute") for r in program.all(kind)] == []
    assert program.object("Service", "librechat")


GATEWAY = {"type": "HTTPRoute", "host": "a.b", "gateway": {"name": "edge"}}
NETWORKS = ["10.0.0.0/8", "192.168.0.0/16"]
ROUTE = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "librechat"}


def test_envoy_gateway_gets_its_policies(execute: Execute) -> None:
    program = execute(librechat={"exposure": {**GATEWAY, "controller": "envoy-gateway", "allowedNetworks": NETWORKS}})
    uploads = program.object("BackendTrafficPolicy", "librechat-uploads", "librechat")
    assert uploads.spec["requestBuffer"] == {"limit": "30Mi"}
    assert uploads.spec["targetRefs"] == [ROUTE]
    access = program.object("SecurityPolicy", "librechat-allowed-networks", "librechat")
    assert access.spec["authorization"]["defaultAction"] == "Deny"
    (rule,) = access.spec["authorization"]["rules"]
    assert (rule["action"], rule["principal"]) == ("Allow", {"clientCIDRs": NETWORKS})
    # Nobody gets through before the policy is there.
    assert access.urn in program.object("HTTPRoute", "librechat").dependencies


def test_nginx_gateway_fabric_gets_its_policies(execute: Execute) -> None:
    program = execute(
        librechat={"exposure": {**GATEWAY, "controller": "nginx-gateway-fabric", "allowedNetworks": NETWORKS}}
    )
    assert program.object("ClientSettingsPolicy", "librechat-uploads").spec == {
        "targetRef": ROUTE,
        "body": {"maxSize": "30m"},
    }
    streaming = program.object("ProxySettingsPolicy", "librechat-streaming").spec
    assert (streaming["buffering"], streaming["timeout"]["read"]) == ({"disable": True}, "3600s")
    (snippet,) = program.object("SnippetsFilter", "librechat-allowed-networks").spec["snippets"]
    assert snippet["value"] == "allow 10.0.0.0/8; allow 192.168.0.0/16; deny all;"
    (rule,) = program.object("HTTPRoute", "librechat").spec["rules"]
    assert rule["filters"][0]["extensionRef"]["name"] == "librechat-allowed-networks"
    assert "timeouts" not in rule


def test_traefik_gets_a_middleware_beside_ones_own(execute: Execute) -> None:
    key = "traefik.ingress.kubernetes.io/router.middlewares"
    exposure = {"host": "a.b", "controller": "traefik", "allowedNetworks": NETWORKS, "annotations": {key: "x-y@file"}}
    program = execute(librechat={"exposure": exposure})
    middleware = program.object("Middleware", "librechat-allowed-networks", "librechat")
    assert middleware.spec == {"ipAllowList": {"sourceRange": NETWORKS}}
    annotations = program.object("Ingress", "librechat").metadata["annotations"]
    assert annotations[key] == "librechat-librechat-allowed-networks@kubernetescrd,x-y@file"


def test_a_wildcard_is_no_url(execute: Execute) -> None:
    exposure = {"type": "Ingress", "host": "*.example.org"}
    program = execute(
        ollama={"exposure": {**exposure, "host": "*.ai.example.org", "allowAnonymous": True}},
        librechat={"exposure": exposure, "domain": "https://chat.example.org"},
    )
    assert program.exports["librechat_url"] == "https://chat.example.org"
    for component in ("ollama", "librechat"):
        outputs = program.outputs[program.component(component).urn]
        assert "*" not in outputs["url"]
    assert program.object("Ingress", "librechat").spec["rules"][0]["host"] == "*.example.org"


def test_metrics_are_fetched_inside_and_blocked_outside(execute: Execute) -> None:
    program = execute(librechat={"metrics": {"enabled": True, "labels": {"release": "prometheus"}}})
    monitor = program.object("ServiceMonitor", "librechat", "librechat")
    assert monitor.metadata["labels"]["release"] == "prometheus"
    (endpoint,) = monitor.spec["endpoints"]
    assert endpoint["authorization"]["credentials"] == {"name": "librechat-metrics", "key": "METRICS_SECRET"}
    assert (
        monitor.spec["selector"]["matchLabels"].items()
        <= program.object("Service", "librechat").metadata["labels"].items()
    )
    paths = program.object("Ingress", "librechat").spec["rules"][0]["http"]["paths"]
    assert [(path["path"], path["backend"]["service"]["name"]) for path in paths] == [
        ("/metrics", "librechat-nowhere"),
        ("/", "librechat"),
    ]
    assert "selector" not in program.object("Service", "librechat-nowhere").spec
    variables = program.object("Deployment", "librechat").spec["template"]["spec"]["containers"][0]["env"]
    assert {
        "name": "METRICS_SECRET",
        "valueFrom": {"secretKeyRef": {"name": "librechat-metrics", "key": "METRICS_SECRET"}},
    } in variables
