"""The registry's two hosts: one that behaves like registry.ollama.ai, and one to which it redirects downloads."""

import argparse
import ssl
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO

from sandbox.node.registry.behaviour import read

REGISTRY_HOST = "registry.ollama.ai"
BLOBS_HOST = "blobs.example.net"
"""Ollama requires a redirect to another host."""

_PIECE = 64 * 1024
_PORT = 443
_LOOK_AGAIN = 0.2


class Server(ThreadingHTTPServer):
    """One of the hosts.

    Args:
        address: Address to listen on.
        handler: Handles requests.
        model: Folder of the model.
        directory: Folder of the registry's keys and behaviour.
        manifests: Repositories and tags that have the model.
    """

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        handler: type["Handler"],
        model: Path,
        directory: Path,
        manifests: frozenset[tuple[str, str]],
    ) -> None:
        self.model = model
        self.directory = directory
        self.manifests = manifests
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Log in one line why a connection ended: clients often disconnect."""
        print(client_address[0], repr(sys.exc_info()[1]), flush=True)  # noqa: T201 - into the log


class Handler(BaseHTTPRequestHandler):
    """Base class of both hosts' handlers."""

    protocol_version = "HTTP/1.1"
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - name from the base class
        """Write a line to the log."""
        asked = self.headers.get("Range", "") if hasattr(self, "headers") else ""
        print(time.strftime("%H:%M:%S"), self.client_address[0], format % args, asked, flush=True)  # noqa: T201

    def do_HEAD(self) -> None:
        """Answer without a body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Answer."""
        raise NotImplementedError

    def answer(self, status: HTTPStatus, body: bytes, kind: str = "application/json", **headers: str) -> None:
        """Send a complete answer."""
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def missing(self, code: str) -> None:
        """Answer that the resource does not exist, like the distribution API."""
        self.answer(HTTPStatus.NOT_FOUND, f'{{"errors":[{{"code":"{code}"}}]}}'.encode())


class Registry(Handler):
    """Serves manifests, and redirects for blobs."""

    def do_GET(self) -> None:
        """Answer a request of the distribution API."""
        from sandbox.node.registry.model import MANIFEST_TYPE  # noqa: PLC0415 - the other host does not need it

        parts = self.path.strip("/").split("/")
        if len(parts) < 4 or parts[0] != "v2":  # noqa: PLR2004 - v2/NAME/manifests/TAG
            return self.missing("NOT_FOUND")
        repository, kind, reference = "/".join(parts[1:-2]), parts[-2], parts[-1]
        if kind == "manifests":
            if (repository, reference) not in self.server.manifests:
                return self.missing("MANIFEST_UNKNOWN")
            return self.answer(HTTPStatus.OK, (self.server.model / "manifest.json").read_bytes(), MANIFEST_TYPE)
        digest = reference.removeprefix("sha256:")
        blob = self.server.model / "blobs" / digest
        if kind != "blobs" or not digest.isalnum() or not blob.is_file():
            return self.missing("BLOB_UNKNOWN")
        if self.command == "HEAD":
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Length", str(blob.stat().st_size))
            return self.end_headers()
        return self.answer(HTTPStatus.TEMPORARY_REDIRECT, b"", Location=f"https://{BLOBS_HOST}/{digest}")


class Blobs(Handler):
    """Serves files, whole or in part."""

    def do_GET(self) -> None:
        """Answer with a file or a range of it."""
        digest = self.path.strip("/")
        blob = self.server.model / "blobs" / digest
        if not digest.isalnum() or not blob.is_file():
            return self.missing("BLOB_UNKNOWN")
        size = blob.stat().st_size
        first, last = 0, size - 1
        asked = self.headers.get("Range")
        if asked:
            start, _, end = asked.removeprefix("bytes=").partition("-")
            first, last = int(start), int(end) if end else size - 1
        self.send_response(HTTPStatus.PARTIAL_CONTENT if asked else HTTPStatus.OK)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last - first + 1))
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
        self.end_headers()
        if self.command != "HEAD":
            with blob.open("rb") as file:
                file.seek(first)
                self._send(file, last - first + 1)
        return None

    def _send(self, file: BinaryIO, remaining: int) -> None:
        sent = 0
        while remaining:
            behaviour = read(self.server.directory)
            over = sent >= behaviour.after_bytes
            if behaviour.mode == "frozen" and over:
                time.sleep(_LOOK_AGAIN)
                continue
            if behaviour.mode == "dying" and over:
                self.close_connection = True
                return
            piece = file.read(min(_PIECE, remaining))
            if behaviour.mode == "slow":
                time.sleep(len(piece) / behaviour.bytes_per_second)
            self.wfile.write(piece)
            sent += len(piece)
            remaining -= len(piece)


def main() -> None:
    """Read the arguments and serve both hosts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--manifest", action="append", required=True, help="REPOSITORY:TAG")
    parser.add_argument("--registry-address", required=True)
    parser.add_argument("--blobs-address", required=True)
    given = parser.parse_args()
    manifests = frozenset((name, tag) for name, _, tag in (entry.rpartition(":") for entry in given.manifest))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(given.directory / "server.crt", given.directory / "server.key")
    servers: list[Server] = []
    for address, handler in ((given.registry_address, Registry), (given.blobs_address, Blobs)):
        server = Server((address, _PORT), handler, given.model, given.directory, manifests)
        # The TLS handshake of each connection runs in its own thread.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        servers.append(server)
    for server in servers[1:]:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print("serving", *given.manifest, flush=True)  # noqa: T201 - into the log
    servers[0].serve_forever()


if __name__ == "__main__":
    main()
