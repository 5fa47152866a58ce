"""Forwards a local port to a Service through the API server: each connection uses a pod that is ready now.

`kubectl port-forward service/...` picks one pod when it starts, and ends with that pod.
"""

import contextlib
import os
import select
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from kubernetes import client
from kubernetes.client import ApiException
from kubernetes.stream import portforward  # pyright: ignore[reportUnknownVariableType]
from urllib3.exceptions import HTTPError
from websocket import WebSocketException

from cli.clusters import status_of
from cli.data import mapping, sequence
from cli.errors import CommandError
from components.exposure.resources import scheme
from components.librechat.settings import LibreChatSettings

HOST = "127.0.0.1"
WAIT_FOR_POD = 60.0
"""Seconds for which a connection waits for a pod: during a Recreate rollout there is none."""
RETRY_AFTER = 1.0
PROXY = "Kubernetes port forward proxy"
"""Prefix of the name of the client's thread that copies the bytes of one forward."""
_CHUNK = 65536

UNREACHABLE = (ApiException, HTTPError, OSError, WebSocketException)
"""What the client raises if the API server or the pod is unreachable."""

Say = Callable[[str], None]


class Forward:
    """One connection to a port of a pod."""

    def __init__(self, connection: Any, moved_by: threading.Thread | None) -> None:
        self.socket = connection
        self._moved_by = moved_by

    @property
    def alive(self) -> bool:
        """Whether the client's thread is running: if it failed, it leaves its end of the socket open."""
        return self._moved_by is None or self._moved_by.is_alive()


@dataclass(frozen=True)
class Target:
    """A Service and the port of its pods."""

    namespace: str
    service: str
    selector: str
    port: int


def find_target(api: client.ApiClient, namespace: str, service: str) -> Target:
    """Return the target of a Service's first port.

    Raises:
        CommandError: The Service does not exist.
    """
    try:
        spec: Any = client.CoreV1Api(api).read_namespaced_service(service, namespace).spec
    except ApiException as error:
        if status_of(error) != 404:  # noqa: PLR2004
            raise
        raise CommandError(f"There is no Service {namespace}/{service}: `make up` deploys it.") from error
    selector = ",".join(f"{key}={value}" for key, value in sorted(mapping(spec.selector).items()))
    # Our Service listens on the same port as its pods; its target port is a port name.
    return Target(namespace, service, selector, int(spec.ports[0].port))


def ready_pods(pods: Any) -> list[str]:
    """Return the names of ready pods, youngest first: a rollout deletes the older ones."""
    found = [pod for pod in pods if not pod.metadata.deletion_timestamp and _is_ready(pod)]
    found.sort(key=lambda pod: str(pod.metadata.creation_timestamp), reverse=True)
    return [str(pod.metadata.name) for pod in found]


def _is_ready(pod: Any) -> bool:
    return any(one.type == "Ready" and one.status == "True" for one in sequence(pod.status.conditions))


class Pods:
    """Connects to the pods of a Service."""

    def __init__(self, api: client.ApiClient, where: Target, say: Say) -> None:
        self._core = client.CoreV1Api(api)
        self._where, self._say = where, say
        self._lock = threading.Lock()
        self._last = ""

    def connect(self) -> Forward | None:
        """Connect to a ready pod, waiting for one; None if there is none in time."""
        deadline = time.monotonic() + WAIT_FOR_POD
        told = False
        while True:
            forward, problem = self._try()
            if forward is not None:
                return forward
            if not told:
                self._say(f"{problem}; waiting for a pod")
                told = True
            if time.monotonic() >= deadline:
                self._say(f"gave up waiting after {WAIT_FOR_POD:.0f} s; reload the page to try again")
                return None
            time.sleep(RETRY_AFTER)

    def _try(self) -> tuple[Forward | None, str]:
        where = f"Service {self._where.namespace}/{self._where.service}"
        # The client replaces one of its own methods during a WebSocket request.
        with self._lock:
            try:
                pods = self._core.list_namespaced_pod(self._where.namespace, label_selector=self._where.selector).items
                names = ready_pods(pods)
            except UNREACHABLE as error:
                return None, f"the API server does not answer ({type(error).__name__})"
            problem = f"no pod of {where} is Ready"
            for name in names:
                try:
                    forward = self._forward(name)
                except UNREACHABLE as error:
                    problem = f"pod {name} takes no connection ({type(error).__name__})"
                    continue
                if name != self._last:
                    self._say(f"connected to pod {name}")
                    self._last = name
                return forward, ""
            return None, problem

    def _forward(self, pod: str) -> Forward:
        before = set(threading.enumerate())
        forwarded: Any = cast("Any", portforward)(
            self._core.connect_get_namespaced_pod_portforward, pod, self._where.namespace, ports=str(self._where.port)
        )
        threads = (one for one in threading.enumerate() if one not in before and one.name.startswith(PROXY))
        return Forward(forwarded.socket(self._where.port), next(threads, None))


def pump(local: socket.socket, forward: Forward) -> None:
    """Copy bytes in both directions until one side closes."""
    remote = forward.socket
    try:
        while True:
            readable, _, _ = select.select([local, remote], [], [], 1.0)
            for source, sink in ((local, remote), (remote, local)):
                if source in readable:
                    data = source.recv(_CHUNK)
                    if not data:
                        return
                    sink.sendall(data)
            if not readable and not forward.alive:
                return
    except OSError:
        return  # the browser or the pod is gone: the browser reconnects
    finally:
        remote.close()


class Server(socketserver.ThreadingTCPServer):
    """Listens on a local port and serves each connection by a pod of its own."""

    daemon_threads = True
    # A thread that waits for a pod must not delay Ctrl-C.
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, port: int, connect: Callable[[], Forward | None]) -> None:
        self.connect = connect
        super().__init__((HOST, port), _Handler)


class _Handler(socketserver.BaseRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride] - no other server makes one

    def handle(self) -> None:
        forward = self.server.connect()
        if forward is not None:
            pump(self.request, forward)


def listen(port: int, connect: Callable[[], Forward | None], stack: str) -> Server:
    """Listen on a local port.

    Args:
        port: The port.
        connect: Connects to a pod.
        stack: Name of the stack, for error messages.

    Raises:
        CommandError: The port is in use, or the user may not bind it.
    """
    try:
        return Server(port, connect)
    except OSError as error:
        raise CommandError(
            f"Port {port} of {HOST} cannot be used: {error.strerror}. End the program that has it, or choose another: "
            f"make open STACK={stack} PORT={free_port()}"
        ) from error


def free_port() -> int:
    """Return a free port."""
    with contextlib.closing(socket.create_server((HOST, 0))) as found:
        return int(found.getsockname()[1])


def silence_failed_forwards() -> None:
    """Keep the client's threads from printing a traceback when a pod is deleted."""
    otherwise = threading.excepthook

    def report(failed: threading.ExceptHookArgs) -> None:
        if failed.thread is None or not failed.thread.name.startswith(PROXY):
            otherwise(failed)

    threading.excepthook = report


def has_desktop(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> bool:
    """Return whether a browser can open a window; without a desktop, Python would start a text browser."""
    return platform in {"darwin", "win32"} or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def own_origin(settings: LibreChatSettings, fallback: str) -> str:
    """Return the origin that LibreChat is configured with.

    Args:
        settings: Its settings.
        fallback: The origin without an exposure.
    """
    exposure = settings.exposure
    exposed = exposure.type != "none" and not str(exposure.host).startswith("*.")
    return settings.domain or (f"{scheme(exposure)}://{exposure.host}" if exposed else fallback)


def origin_note(own: str, url: str) -> str:
    """Return what it means that the forwarded origin differs from LibreChat's own; empty if they are the same.

    Args:
        own: The origin that LibreChat is configured with.
        url: The forwarded one.
    """
    if own == url:
        return ""
    note = f"LibreChat knows itself as {own}: the links that it makes lead there."
    if own.startswith("https://"):
        # SESSION_COOKIE_SECURE follows the scheme of LibreChat's own origin.
        note += " Its login cookies are for https: a browser that does not count localhost as secure drops them."
    return note
