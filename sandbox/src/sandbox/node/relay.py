"""Relays connections between the machine and the node's network; no interface or route connects them.

A socket stays in the network namespace in which its thread created it, so one process can have sockets in both.
"""

import argparse
import asyncio
import contextlib
import ctypes
import os
import socket
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path

from sandbox.cluster.ports import LOOPBACK
from sandbox.node.layout import ADDRESS

_CLONE_NEWNET = 0x40000000
_CHUNK = 64 * 1024
_LIBC = ctypes.CDLL(None, use_errno=True)


class Namespaces:
    """The machine's network and the node's.

    Args:
        pid: A process of the node.
    """

    def __init__(self, pid: int) -> None:
        self._own = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        self._node = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    @contextlib.contextmanager
    def node(self) -> Generator[None]:
        """Enter the node's network for a moment; do not await anything meanwhile."""
        _enter(self._node)
        try:
            yield
        finally:
            _enter(self._own)


def _enter(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Copy until the source ends, and close the target."""
    with contextlib.suppress(OSError):
        while data := await source.read(_CHUNK):
            target.write(data)
            await target.drain()
        if target.can_write_eof():
            target.write_eof()


async def join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    connect: Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]],
) -> None:
    """Copy in both directions between a client and its target until both have ended."""
    try:
        there_reader, there_writer = await connect()
    except OSError:
        writer.close()
        return
    try:
        await asyncio.gather(copy(reader, there_writer), copy(there_reader, writer))
    finally:
        for end in (there_writer, writer):
            end.close()


async def to_api_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Serve a connection from the node to the API server."""
    await join(reader, writer, lambda: asyncio.open_connection(LOOPBACK, port))


def asked_for(head: bytes) -> tuple[str, int]:
    """Return address and port of an HTTP CONNECT request.

    Args:
        head: The request up to the empty line.

    Raises:
        ValueError: It is not a CONNECT request.
    """
    method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
    host, _, port = target.rpartition(":")
    if method != "CONNECT":
        raise ValueError(method)
    return host.strip("[]"), int(port)


async def into_node(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, namespaces: Namespaces) -> None:
    """Serve an HTTP CONNECT request of the API server for a connection to an address in the node's network."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        host, port = asked_for(head)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with namespaces.node():
            there = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        await asyncio.get_running_loop().sock_connect(there, (host, port))
    except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        with contextlib.suppress(OSError):
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        writer.close()
        print(f"no connection into the node: {error!r}", flush=True)  # noqa: T201 - into the log
        return
    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
    await join(reader, writer, lambda: asyncio.open_connection(sock=there))


async def serve(pid: int, port: int, egress: Path) -> None:
    """Serve both directions until terminated.

    Args:
        pid: A process of the node.
        port: Port of the API server, on the machine's loopback and on two addresses of the node.
        egress: Socket on which the API server requests connections to the node.
    """
    namespaces = Namespaces(pid)
    with namespaces.node():
        listeners = [socket.create_server((address, port)) for address in (LOOPBACK, ADDRESS)]
    egress.unlink(missing_ok=True)
    os.umask(0o077)
    servers = [
        await asyncio.start_server(lambda r, w: to_api_server(r, w, port), sock=listener) for listener in listeners
    ]
    servers.append(await asyncio.start_unix_server(lambda r, w: into_node(r, w, namespaces), path=str(egress)))
    await asyncio.gather(*(server.serve_forever() for server in servers))


def main() -> None:
    """Parse the arguments and serve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--egress", type=Path, required=True)
    given = parser.parse_args()
    asyncio.run(serve(given.pid, given.port, given.egress))


if __name__ == "__main__":
    main()
