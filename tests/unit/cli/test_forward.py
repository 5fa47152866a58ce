"""Forwarding to a Service: a pod that is deleted, no ready pod, a port in use."""

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace as Object
from typing import Any

import pytest

from cli import forward
from cli.errors import CommandError
from cli.forward import Forward, Pods, Target
from components.librechat.settings import LibreChatSettings

TARGET = Target("chat", "librechat", "app.kubernetes.io/name=librechat", 3080)


def pod(name: str, *, ready: bool = True, created: str = "1", going: str | None = None) -> Object:
    condition = Object(type="Ready", status="True" if ready else "False")
    metadata = Object(name=name, creation_timestamp=created, deletion_timestamp=going)
    return Object(metadata=metadata, status=Object(conditions=[condition]))


class Cluster:
    """Pods that answer each connection with their name as long as they exist."""

    def __init__(self) -> None:
        self.pods: list[Object] = []
        self.gone: set[str] = set()
        self.said: list[str] = []
        self.connections: dict[str, list[socket.socket]] = {}

    def list_namespaced_pod(self, namespace: str, label_selector: str) -> Object:
        assert (namespace, label_selector) == (TARGET.namespace, TARGET.selector)
        return Object(items=list(self.pods))

    def connect_get_namespaced_pod_portforward(self) -> None:
        """Not called; only passed on."""

    def portforward(self, _: Any, name: str, namespace: str, ports: str) -> Object:
        assert (namespace, ports) == (TARGET.namespace, str(TARGET.port))
        if name in self.gone:
            raise ConnectionResetError
        ours, theirs = socket.socketpair()
        self.connections.setdefault(name, []).append(theirs)
        threading.Thread(target=self._answer, args=(name, theirs), daemon=True).start()
        return Object(socket=lambda _: ours)

    def _answer(self, name: str, connection: socket.socket) -> None:
        while connection.recv(100):
            connection.sendall(name.encode())

    def kill(self, name: str) -> None:
        self.gone.add(name)
        for connection in self.connections.pop(name, []):
            connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    found = Cluster()
    monkeypatch.setattr(forward.client, "CoreV1Api", lambda _: found)
    monkeypatch.setattr(forward, "portforward", found.portforward)
    monkeypatch.setattr(forward, "RETRY_AFTER", 0.01)
    return found


@pytest.fixture
def port(cluster: Cluster) -> Iterator[int]:
    pods = Pods(None, TARGET, cluster.said.append)  # type: ignore[arg-type]
    with forward.listen(0, pods.connect, "dev") as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def ask(connection: socket.socket) -> str:
    try:
        connection.sendall(b"who?")
        return connection.recv(100).decode()
    except OSError:
        return ""


def connect(port: int) -> socket.socket:
    return socket.create_connection((forward.HOST, port), timeout=10)


def test_a_pod_goes_and_the_next_one_that_is_ready_is_taken(cluster: Cluster, port: int) -> None:
    cluster.pods = [pod("old")]
    with connect(port) as connection:
        assert [ask(connection), ask(connection)] == ["old", "old"]
        cluster.pods.append(pod("new", ready=False, created="2"))
        cluster.kill("old")
        assert ask(connection) == "", "the connection ends with its pod"
    threading.Timer(0.2, lambda: cluster.pods.append(pod("newest", created="3"))).start()
    with connect(port) as connection:
        assert ask(connection) == "newest"
    assert cluster.said == [
        "connected to pod old",
        "pod old takes no connection (ConnectionResetError); waiting for a pod",
        "connected to pod newest",
    ]


def test_pods_that_are_going_or_not_ready_are_passed_over() -> None:
    pods = [pod("a"), pod("b", created="2"), pod("c", ready=False), pod("d", going="now")]
    assert forward.ready_pods(pods) == ["b", "a"]


def test_no_pod_is_ready_in_time(cluster: Cluster, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "WAIT_FOR_POD", 0.1)
    cluster.pods = [pod("a", ready=False)]
    with connect(port) as connection:
        assert ask(connection) == ""
    assert cluster.said[0] == "no pod of Service chat/librechat is Ready; waiting for a pod"
    assert cluster.said[1].startswith("gave up waiting")


def test_a_port_that_is_taken_is_refused_with_another_one() -> None:
    with socket.create_server((forward.HOST, 0)) as other:
        taken = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {taken} .*make open STACK=dev PORT=\d+"):
            forward.listen(taken, lambda: None, "dev")


def test_a_forward_that_failed_ends_its_connection() -> None:
    dead = threading.Thread(target=lambda: None)
    dead.start()
    dead.join()
    (browser, local), (remote, _kept) = socket.socketpair(), socket.socketpair()
    began = time.monotonic()
    forward.pump(local, Forward(remote, dead))
    assert time.monotonic() - began < 5
    browser.close()


@pytest.mark.parametrize(
    ("settings", "origin"),
    [
        ({"exposure": {"type": "none"}}, "http://localhost:3080"),
        ({"exposure": {"type": "Ingress", "host": "chat.example.org"}}, "http://chat.example.org"),
        ({"exposure": {"type": "Ingress", "host": "a.org", "tls": {"secretName": "tls"}}}, "https://a.org"),
        ({"domain": "https://b.org"}, "https://b.org"),
    ],
)
def test_the_origin_that_librechat_knows(settings: dict[str, Any], origin: str) -> None:
    found = forward.own_origin(LibreChatSettings.model_validate(settings), "http://localhost:3080")
    assert found == origin
    note = forward.origin_note(found, "http://localhost:3080")
    assert ("cookies" in note, bool(note)) == (origin.startswith("https"), origin != "http://localhost:3080")


def test_a_browser_is_opened_where_there_is_a_desktop() -> None:
    assert not forward.has_desktop({}, "linux")
    assert forward.has_desktop({"WAYLAND_DISPLAY": "wayland-0"}, "linux")
    assert forward.has_desktop({}, "darwin")
