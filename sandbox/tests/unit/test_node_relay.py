"""Connections into the real node, and out of it."""

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import cast

import pytest

from sandbox.node.relay import Namespaces, asked_for, into_node, to_api_server


class Here:
    """In the place of the node's network: the machine's own."""

    @contextlib.contextmanager
    def node(self) -> Generator[None]:
        yield


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"> " + await reader.read())  # until the client has ended
    await writer.drain()
    writer.close()


async def through(serve: object, request: bytes, port: int) -> bytes:
    """Ask a server of the relay, end, and give all that it said."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)  # type: ignore[arg-type]
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    writer.write(request)
    writer.write_eof()
    said = await reader.read()
    writer.close()
    server.close()
    del port
    return said


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_out_of_the_node_both_directions_end_on_their_own() -> None:
    async def run() -> bytes:
        api = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = api.sockets[0].getsockname()[1]
        return await through(lambda r, w: to_api_server(r, w, port), b"hello", port)

    assert asyncio.run(run()) == b"> hello"


def test_into_the_node() -> None:
    async def run() -> bytes:
        kubelet = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = kubelet.sockets[0].getsockname()[1]
        request = f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: x\r\n\r\nhello".encode()
        return await through(lambda r, w: into_node(r, w, cast(Namespaces, Here())), request, port)

    assert asyncio.run(run()) == b"HTTP/1.1 200 Connection established\r\n\r\n> hello"


@pytest.mark.parametrize("target", ["127.0.0.1:{port}", "nonsense"])
def test_what_cannot_be_reached_is_told(target: str) -> None:
    async def run() -> bytes:
        request = f"CONNECT {target.format(port=free_port())} HTTP/1.1\r\n\r\n".encode()
        return await through(lambda r, w: into_node(r, w, cast(Namespaces, Here())), request, 0)

    assert asyncio.run(run()).startswith(b"HTTP/1.1 502 ")


def test_asked_for() -> None:
    assert asked_for(b"CONNECT 10.77.0.10:10250 HTTP/1.1\r\n\r\n") == ("10.77.0.10", 10250)
    assert asked_for(b"CONNECT [fd00::1]:443 HTTP/1.1\r\n\r\n") == ("fd00::1", 443)
    with pytest.raises(ValueError, match="GET"):
        asked_for(b"GET /:80 HTTP/1.1\r\n\r\n")
