"""Ingress and HTTPRoute: streaming, uploads, TLS, and nothing where nothing is asked for."""

from collections.abc import Callable
from typing import Any

import pytest

from components.exposure import STREAM_TIMEOUT_SECONDS, streaming_annotations, url
from components.settings.workload import Exposure
from tests.unit.programs import librechat
from tests.unit.recording import Recording, run

Execute = Callable[..., Recording]
NGINX = "nginx.ingress.kubernetes.io"


def test_streams_are_not_cut_and_not_buffered() -> None:
    nginx = streaming_annotations("ingress-nginx", 25)
    assert nginx[f"{NGINX}/proxy-read-timeout"] == nginx[f"{NGINX}/proxy-send-timeout"] == str(STREAM_TIMEOUT_SECONDS)
    assert nginx[f"{NGINX}/proxy-buffering"] == "off"
    assert nginx[f"{NGINX}/proxy-body-size"] == "25m"
    haproxy = streaming_annotations("haproxy", 25)
    assert set(haproxy.values()) == {"3600s"}
    assert streaming_annotations("other", 25) == {}


@pytest.mark.parametrize("controller", ["ingress-nginx", "haproxy", "traefik", "other"])
def test_annotations_are_those_of_the_controller_alone(controller: str) -> None:
    prefixes = {key.partition("/")[0] for key in streaming_annotations(controller, 1)}
    assert prefixes <= {{"ingress-nginx": NGINX, "haproxy": "haproxy.org"}.get(controller, "")}


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
