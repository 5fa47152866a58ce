"""LibreChat and Ollama from outside, for every proxy that has a preset, on a real API server."""

import base64
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pytest
from pulumi import automation as auto

from tests.engine.conftest import MakeStack
from tests.engine.definitions import found, install, remove
from tests.engine.stack import Kubernetes, Stack

OLLAMA, LIBRECHAT = "doors-ollama", "doors-librechat"
CHAT_HOST, OLLAMA_HOST = "chat.example.org", "ollama.example.org"
NETWORKS = ["10.0.0.0/8", "192.168.7.0/24"]
JOINED = ",".join(NETWORKS)
NGINX, HAPROXY, HAPROXY_INGRESS = "nginx.ingress.kubernetes.io", "haproxy.org", "haproxy-ingress.github.io"
MIDDLEWARES = "traefik.ingress.kubernetes.io/router.middlewares"
UNLIMITED = {"request": "0s", "backendRequest": "0s"}


class Door(NamedTuple):
    """The objects for a proxy.

    Attributes:
        chat: LibreChat's annotations of the Ingress, or filters of the HTTPRoute by kind.
        ollama: Ollama's annotations of the Ingress, or filters of the HTTPRoute by kind.
        beside_chat: Further objects for LibreChat, by kind and name.
        beside_ollama: Further objects for Ollama, by kind and name.
        timeouts: Timeouts of the HTTPRoute's rule.
    """

    chat: Mapping[str, str] = {}
    ollama: Mapping[str, str] = {}
    beside_chat: frozenset[tuple[str, str]] = frozenset()
    beside_ollama: frozenset[tuple[str, str]] = frozenset()
    timeouts: Mapping[str, str] | None = None


INGRESSES = {
    "ingress-nginx": Door(
        chat={
            f"{NGINX}/proxy-read-timeout": "3600",
            f"{NGINX}/proxy-buffering": "off",
            f"{NGINX}/proxy-body-size": "30m",
        },
        ollama={f"{NGINX}/proxy-body-size": "0m", f"{NGINX}/whitelist-source-range": JOINED},
    ),
    "haproxy": Door(
        chat={f"{HAPROXY}/timeout-server": "3600s"},
        ollama={f"{HAPROXY}/timeout-server": "3600s", f"{HAPROXY}/allow-list": JOINED},
    ),
    "haproxy-ingress": Door(
        chat={f"{HAPROXY_INGRESS}/timeout-server": "3600s", f"{HAPROXY_INGRESS}/proxy-body-size": "30m"},
        ollama={f"{HAPROXY_INGRESS}/allowlist-source-range": JOINED},
    ),
    "traefik": Door(
        ollama={MIDDLEWARES: f"{OLLAMA}-ollama-ingress-allowed-networks@kubernetescrd"},
        beside_ollama=frozenset({("Middleware", "ollama-ingress-allowed-networks")}),
    ),
}
ROUTES = {
    "traefik": Door(
        ollama={"Middleware": "ollama-ingress-allowed-networks"},
        beside_ollama=frozenset({("Middleware", "ollama-ingress-allowed-networks")}),
        timeouts=UNLIMITED,
    ),
    "envoy-gateway": Door(
        beside_chat=frozenset({("BackendTrafficPolicy", "librechat-uploads")}),
        beside_ollama=frozenset({("SecurityPolicy", "ollama-ingress-allowed-networks")}),
        timeouts=UNLIMITED,
    ),
    "nginx-gateway-fabric": Door(
        ollama={"SnippetsFilter": "ollama-ingress-allowed-networks"},
        beside_chat=frozenset(
            {("ClientSettingsPolicy", "librechat-uploads"), ("ProxySettingsPolicy", "librechat-streaming")}
        ),
        beside_ollama=frozenset(
            {
                ("ClientSettingsPolicy", "ollama-ingress-uploads"),
                ("ProxySettingsPolicy", "ollama-ingress-streaming"),
                ("SnippetsFilter", "ollama-ingress-allowed-networks"),
            }
        ),
    ),
}


def ingress(controller: str, host: str, **more: Any) -> dict[str, Any]:
    return {"type": "Ingress", "host": host, "className": controller, "controller": controller, "gateway": {}, **more}


def route(controller: str, host: str, **more: Any) -> dict[str, Any]:
    gateway = {"name": "public", "namespace": "gateways", "sectionName": "https"}
    return {"type": "HTTPRoute", "host": host, "controller": controller, "tls": {}, "gateway": gateway, **more}


@pytest.fixture(scope="module", autouse=True)
def proxies(kubernetes: Kubernetes) -> Iterator[None]:
    """Install the kinds of every proxy for the tests of this module."""
    install(kubernetes)
    yield
    remove(kubernetes)


@pytest.fixture(scope="module")
def doors(make_stack: MakeStack) -> Stack:
    """Return a stack that is not deployed yet: every test sets another proxy."""
    return make_stack(
        "doors",
        {
            "namespaces": {"prefix": "doors-"},
            "ollama": {
                "gpu": {"count": 0},
                "exposure": {"allowedNetworks": NETWORKS, "annotations": {}, "token": {"enabled": True}},
            },
            "meilisearch": {"enabled": False},
            "librechat": {
                "metrics": {"enabled": True, "labels": {"release": "prometheus"}},
                "exposure": {"tls": {"secretName": "chat-tls", "issuer": "letsencrypt"}},
            },
        },
    )


def set_doors(stack: Stack, chat: dict[str, Any], ollama: dict[str, Any]) -> None:
    settings = dict(stack.settings)
    networks = {"allowedNetworks": NETWORKS, "token": {"enabled": True}}
    settings["ollama"] = {**settings["ollama"], "exposure": {**ollama, **networks}}
    settings["librechat"] = {**settings["librechat"], "exposure": chat}
    stack.write(settings)
    stack.up()


def beside(kubernetes: Kubernetes, namespace: str) -> set[tuple[str, str]]:
    return {key for key in found(kubernetes, namespace) if key[0] not in {"HTTPRoute", "ServiceMonitor"}}


@pytest.mark.parametrize("controller", INGRESSES)
def test_ingresses(doors: Stack, kubernetes: Kubernetes, controller: str) -> None:
    wanted = INGRESSES[controller]
    tls = {"secretName": "chat-tls", "issuer": "letsencrypt"}
    set_doors(doors, ingress(controller, CHAT_HOST, tls=tls), ingress(controller, OLLAMA_HOST))
    read = kubernetes.networking.read_namespaced_ingress
    chat = kubernetes.plain(read("librechat", LIBRECHAT))
    ollama = kubernetes.plain(read("ollama-ingress", OLLAMA))
    for own, annotations in ((chat, wanted.chat), (ollama, wanted.ollama)):
        assert own["spec"]["ingressClassName"] == controller
        assert annotations.items() <= own["metadata"]["annotations"].items()
    assert chat["metadata"]["annotations"]["cert-manager.io/cluster-issuer"] == "letsencrypt"
    assert chat["spec"]["tls"] == [{"hosts": [CHAT_HOST], "secretName": "chat-tls"}]
    backends = {
        path["path"]: (path["backend"]["service"]["name"], path["backend"]["service"]["port"]["number"])
        for path in chat["spec"]["rules"][0]["http"]["paths"]
    }
    # Metrics are not exposed: their backend has no pods.
    assert backends == {"/metrics": ("librechat-nowhere", 80), "/": ("librechat", 3080)}
    assert kubernetes.core.read_namespaced_service("librechat-nowhere", LIBRECHAT).spec.selector is None
    (path,) = ollama["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {"name": "ollama-auth", "port": {"number": 8080}}
    assert beside(kubernetes, LIBRECHAT) == wanted.beside_chat
    assert beside(kubernetes, OLLAMA) == wanted.beside_ollama


@pytest.mark.parametrize("controller", ROUTES)
def test_http_routes(doors: Stack, kubernetes: Kubernetes, controller: str) -> None:
    wanted = ROUTES[controller]
    set_doors(doors, route(controller, CHAT_HOST), route(controller, OLLAMA_HOST))
    chat = found(kubernetes, LIBRECHAT)["HTTPRoute", "librechat"]["spec"]
    ollama = found(kubernetes, OLLAMA)["HTTPRoute", "ollama-ingress"]["spec"]
    for spec, host in ((chat, CHAT_HOST), (ollama, OLLAMA_HOST)):
        assert spec["hostnames"] == [host]
        assert spec["parentRefs"] == [{"name": "public", "namespace": "gateways", "sectionName": "https"}]
        assert spec["rules"][-1].get("timeouts") == wanted.timeouts
    assert [rule.get("backendRefs") for rule in chat["rules"]] == [None, [{"name": "librechat", "port": 3080}]]
    assert chat["rules"][0]["matches"] == [{"path": {"type": "PathPrefix", "value": "/metrics"}}]
    assert ollama["rules"][-1]["backendRefs"] == [{"name": "ollama-auth", "port": 8080}]
    filters = [entry["extensionRef"] for entry in ollama["rules"][-1].get("filters", [])]
    assert {entry["kind"]: entry["name"] for entry in filters} == wanted.ollama
    assert beside(kubernetes, LIBRECHAT) == wanted.beside_chat
    assert beside(kubernetes, OLLAMA) == wanted.beside_ollama
    for namespace in (LIBRECHAT, OLLAMA):
        assert kubernetes.networking.list_namespaced_ingress(namespace).items == []
    assert doors.automation.outputs()["librechat_url"].value == f"https://{CHAT_HOST}"


def test_prometheus_is_told_where_the_metrics_are_and_what_opens_them(doors: Stack, kubernetes: Kubernetes) -> None:
    del doors
    monitor = found(kubernetes, LIBRECHAT)["ServiceMonitor", "librechat"]
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    (endpoint,) = monitor["spec"]["endpoints"]
    service = kubernetes.core.read_namespaced_service("librechat", LIBRECHAT)
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service.metadata.labels.items()
    assert endpoint["port"] in {port.name for port in service.spec.ports}
    reference = endpoint["authorization"]["credentials"]
    data = kubernetes.core.read_namespaced_secret(reference["name"], LIBRECHAT).data
    assert re.fullmatch(r"[0-9a-f]{64}", base64.b64decode(data[reference["key"]]).decode())


def test_the_token_of_ollama_is_in_its_secret_and_nowhere_else(doors: Stack, kubernetes: Kubernetes) -> None:
    proxy = kubernetes.deployment(OLLAMA, "ollama-auth")
    assert proxy["status"]["readyReplicas"] == 1
    token = base64.b64decode(kubernetes.core.read_namespaced_secret("ollama-auth", OLLAMA).data["token"]).decode()
    assert re.fullmatch(r"[0-9a-f]{64}", token)
    places = {
        "state": doors.state_text(),
        "log": "\n".join(doors.log),
        "ConfigMaps": repr([kubernetes.plain(i) for i in kubernetes.core.list_namespaced_config_map(OLLAMA).items]),
        "pods": repr(kubernetes.pods(OLLAMA)),
    }
    encoded = base64.b64encode(token.encode()).decode()
    assert [place for place, text in places.items() if token in text or encoded in text] == []


def test_a_second_look_finds_nothing_to_do(doors: Stack) -> None:
    doors.preview(refresh=True, expect_no_changes=True)


def test_an_ollama_that_is_open_to_everybody_is_refused(make_stack: MakeStack, kubernetes: Kubernetes) -> None:
    before = kubernetes.namespaces()
    stack = make_stack("open", {"namespaces": {"prefix": "open-"}, "ollama": {"exposure": {"allowedNetworks": []}}})
    with pytest.raises(auto.errors.CommandError) as error:
        stack.up()
    text = str(error.value)
    for way in ("allowedNetworks", "token.enabled", "allowAnonymous"):
        assert f"ollama.exposure.{way}" in text
    assert kubernetes.namespaces() == before
