"""The registry of models: what Ollama asks of it, and how it fails on request."""

import hashlib
import http.client
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox.node.registry.behaviour import Behaviour, read, write
from sandbox.node.registry.model import MANIFEST_TYPE
from sandbox.node.registry.server import BLOBS_HOST, Blobs, Handler, Registry, Server

CONTENT = bytes(range(256)) * 1024
DIGEST = hashlib.sha256(CONTENT).hexdigest()

Ask = Callable[..., http.client.HTTPResponse]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Folder of the registry."""
    blobs = tmp_path / "model" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / DIGEST).write_bytes(CONTENT)
    (tmp_path / "model" / "manifest.json").write_text('{"schemaVersion":2}')
    return tmp_path


def serving(directory: Path, handler: type[Handler]) -> Iterator[Ask]:
    manifests = frozenset({("library/gemma3", "270m")})
    server = Server(("127.0.0.1", 0), handler, directory / "model", directory, manifests)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def ask(path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        connection.request(method, path, headers=headers)
        return connection.getresponse()

    yield ask
    server.shutdown()
    server.server_close()


@pytest.fixture
def registry(directory: Path) -> Iterator[Ask]:
    """Ask the host of the manifests."""
    yield from serving(directory, Registry)


@pytest.fixture
def blobs(directory: Path) -> Iterator[Ask]:
    """Ask the host of the files."""
    yield from serving(directory, Blobs)


def test_a_manifest(registry: Ask) -> None:
    answer = registry("/v2/library/gemma3/manifests/270m")
    assert (answer.status, answer.headers["Content-Type"]) == (200, MANIFEST_TYPE)
    assert answer.read() == b'{"schemaVersion":2}'


@pytest.mark.parametrize(
    "path", ["/", "/v2/library/gemma3/manifests/27b", "/v2/library/gemma3/blobs/sha256:00", "/v2/a/b/blobs/..%2f.."]
)
def test_what_is_not_there(registry: Ask, path: str) -> None:
    assert registry(path).status == 404


def test_a_blob_is_at_another_host(registry: Ask) -> None:
    path = f"/v2/library/gemma3/blobs/sha256:{DIGEST}"
    assert registry(path, "HEAD").headers["Content-Length"] == str(len(CONTENT))
    answer = registry(path)
    assert (answer.status, answer.headers["Location"]) == (307, f"https://{BLOBS_HOST}/{DIGEST}")


def test_a_range_of_a_blob(blobs: Ask) -> None:
    answer = blobs(f"/{DIGEST}", Range="bytes=10-19")
    assert (answer.status, answer.headers["Content-Range"]) == (206, f"bytes 10-19/{len(CONTENT)}")
    assert answer.read() == CONTENT[10:20]
    assert blobs(f"/{DIGEST}", Range="bytes=262140-").read() == CONTENT[262140:]
    assert blobs(f"/{DIGEST}").read() == CONTENT


def test_slow(blobs: Ask, directory: Path) -> None:
    write(directory, Behaviour("slow", bytes_per_second=len(CONTENT)))
    began = time.monotonic()
    assert blobs(f"/{DIGEST}").read() == CONTENT
    assert time.monotonic() - began > 0.9


def test_dying(blobs: Ask, directory: Path) -> None:
    write(directory, Behaviour("dying", after_bytes=65536))
    with pytest.raises(http.client.IncompleteRead) as cut:
        blobs(f"/{DIGEST}").read()
    assert len(cut.value.partial) == 65536


def test_frozen_until_it_is_healthy_again(blobs: Ask, directory: Path) -> None:
    write(directory, Behaviour("frozen", after_bytes=65536))
    answer = blobs(f"/{DIGEST}")
    assert answer.read(65536) == CONTENT[:65536]
    threading.Timer(0.5, write, [directory, Behaviour()]).start()
    began = time.monotonic()
    assert answer.read() == CONTENT[65536:]
    assert time.monotonic() - began > 0.4


def test_behaviour_is_kept_in_a_file(directory: Path) -> None:
    assert read(directory) == Behaviour()
    write(directory, Behaviour("frozen", after_bytes=7))
    assert read(directory) == Behaviour("frozen", after_bytes=7)
