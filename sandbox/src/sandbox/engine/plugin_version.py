"""The version that a plugin reports."""

import subprocess
import threading
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from sandbox.errors import SandboxError

_ANSWER_SECONDS = 20.0


def plugin_version(executable: Path) -> str:
    """Return the version that a provider plugin reports over gRPC (``GetPluginInfo``), without ``v``.

    All plugins support this: flags differ, and a plugin on PATH has no version in its folder's name.

    Raises:
        SandboxError: The executable does not run, or is not a plugin.
    """
    try:
        # A plugin is given the engine's address, and connects to it only in order to log.
        plugin = subprocess.Popen(  # noqa: S603 - found on PATH, from where the engine would run it too
            [executable, "127.0.0.1:1"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise SandboxError(f"The plugin {executable} does not run: {error.strerror}.") from None
    overdue = threading.Timer(_ANSWER_SECONDS, plugin.kill)
    overdue.start()
    try:
        if plugin.stdout is None:
            raise AssertionError  # it is a pipe
        port = int(plugin.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub: Any = ResourceProviderStub(channel)  # its methods have no types
            info = stub.GetPluginInfo(Empty(), timeout=_ANSWER_SECONDS, wait_for_ready=True)
    except (ValueError, grpc.RpcError):
        raise SandboxError(f"{executable} does not answer as a Pulumi plugin: remove it from PATH.") from None
    finally:
        overdue.cancel()
        plugin.kill()
        plugin.wait()
    return str(info.version).removeprefix("v")
