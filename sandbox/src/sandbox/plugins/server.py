"""The gRPC server that makes a Python class a provider plugin of the Pulumi engine.

The SDK's own ``pulumi.provider.experimental`` cannot report a resource that exists but did not become ready,
and shows Python tracebacks for errors; so the stand-ins answer the engine's protocol (``provider.proto``)
directly.
"""

# ruff: noqa: ARG002, D102, N802 - the methods are those of the gRPC service, which documents them

import functools
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent import futures
from types import FrameType
from typing import Any, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import proto
from pulumi.runtime.proto import engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from sandbox.plugins.values import to_struct

_MESSAGE_LIMIT = 400 * 1024 * 1024  # the engine's own limit
_OPTIONS = [
    ("grpc.max_receive_message_length", _MESSAGE_LIMIT),
    ("grpc.max_send_message_length", _MESSAGE_LIMIT),
]
# An operation blocks its thread until the object is ready, and the engine runs this many at once by default or
# less.
_THREADS = 128


class PluginError(Exception):
    """An operation failed; the message is shown to the user as it is and must not contain a secret."""


class NotReadyError(Exception):
    """An object exists in the cluster but did not become ready: keep its state, and fail the operation.

    Args:
        message: What happened to which object.
        identity: Resource ID.
        state: Properties for the state.
        reasons: Further details, one line each.
        inputs: Inputs for the state; only when reading.
    """

    def __init__(
        self,
        message: str,
        identity: str,
        state: Mapping[str, Any],
        reasons: Iterable[str] = (),
        inputs: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.detail = provider_pb2.ErrorResourceInitFailed(
            id=identity,
            properties=to_struct(state),
            reasons=[message, *reasons],
            inputs=None if inputs is None else to_struct(inputs),
        )


class EngineLog:
    """The engine's log: permanent messages, and the status beside a resource during an operation.

    Args:
        address: Address of the engine, from the plugin's arguments.
    """

    def __init__(self, address: str) -> None:
        self._stub: Any = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, options=_OPTIONS))

    def info(self, urn: str, message: str) -> None:
        """Log a permanent message."""
        self._log(proto.INFO, urn, message, ephemeral=False)

    def warning(self, urn: str, message: str) -> None:
        """Log a permanent warning."""
        self._log(proto.WARNING, urn, message, ephemeral=False)

    def status(self, urn: str, message: str) -> None:
        """Show what a resource is waiting for; an empty message clears it."""
        self._log(proto.INFO, urn, message, ephemeral=True)

    def _log(self, severity: Any, urn: str, message: str, *, ephemeral: bool) -> None:
        try:
            self._stub.Log(proto.LogRequest(severity=severity, urn=urn, message=message, ephemeral=ephemeral))
        except grpc.RpcError as error:
            # A lost message must not fail the operation.
            sys.stderr.write(f"message to the engine lost ({error.code()}): {message}\n")


class _Status(grpc.Status):  # type: ignore[misc] # grpc has no types
    def __init__(self, message: str, detail: Any) -> None:
        status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message)
        status.details.add().Pack(detail)
        self.code = grpc.StatusCode.UNKNOWN
        self.details = message
        self.trailing_metadata = (("grpc-status-details-bin", status.SerializeToString()),)


_Method = TypeVar("_Method", bound=Callable[..., Any])


def reported(method: _Method) -> _Method:
    """Turn the exceptions of a servicer's method into the status that the engine understands."""

    @functools.wraps(method)
    def answer(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request, context)
        except PluginError as error:
            context.abort(grpc.StatusCode.UNKNOWN, str(error))
        except NotReadyError as error:
            context.abort_with_status(_Status(str(error), error.detail))
        except Exception as error:  # noqa: BLE001 - the last place that can report it
            # Frames and the type only: the text of an unexpected error could contain a value.
            frames = "".join(traceback.format_tb(error.__traceback__)[-4:])
            text = f"{self.name} stand-in: unexpected {type(error).__name__} in {method.__name__}:\n{frames}"
            context.abort(grpc.StatusCode.INTERNAL, text)

    return answer  # type: ignore[return-value]


class StandIn(provider_pb2_grpc.ResourceProviderServicer):
    """Base class of the stand-ins: identity, configuration, and refusals.

    Args:
        name: Package name, ``kubernetes`` or ``random``.
        version: Version of the SDK package whose plugin this replaces.
        log: The engine's log.
    """

    def __init__(self, name: str, version: str, log: EngineLog) -> None:
        self.name = name
        self.version = version
        self.log = log

    def unsupported(self, what: str) -> PluginError:
        """Return the error for something that only the official plugin supports."""
        return PluginError(
            f"the {self.name} stand-in does not support {what}: install the official plugin "
            f"(pulumi plugin install resource {self.name} {self.version})"
        )

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> proto.PluginInfo:
        return proto.PluginInfo(version=self.version)

    def CheckConfig(self, request: proto.CheckRequest, context: grpc.ServicerContext) -> proto.CheckResponse:
        return proto.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: proto.DiffRequest, context: grpc.ServicerContext) -> proto.DiffResponse:
        return proto.DiffResponse(changes=proto.DiffResponse.DIFF_NONE)

    def Configure(self, request: proto.ConfigureRequest, context: grpc.ServicerContext) -> proto.ConfigureResponse:
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @reported
    def Invoke(self, request: proto.InvokeRequest, context: grpc.ServicerContext) -> proto.InvokeResponse:
        raise self.unsupported(f"the function {request.tok}")

    @reported
    def Call(self, request: proto.CallRequest, context: grpc.ServicerContext) -> proto.CallResponse:
        raise self.unsupported(f"the method {request.tok}")

    @reported
    def Construct(self, request: proto.ConstructRequest, context: grpc.ServicerContext) -> proto.ConstructResponse:
        raise self.unsupported(request.type)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        return Empty()


def _end_with(engine: int) -> None:
    """End this process soon after the engine that started it, which may have been killed."""
    while os.getppid() == engine:
        time.sleep(1)
    os._exit(0)


def _leave(_number: int, _frame: FrameType | None) -> None:
    os._exit(0)


def serve(make: Callable[[EngineLog], StandIn]) -> None:
    """Serve a stand-in until the engine ends this process.

    Args:
        make: Creates the stand-in from the engine's log. The engine's address is the first argument on the
            command line; the port is printed on standard output, as the engine expects.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        # The engine requests the end, with nothing in progress any more; exiting at once saves half a second.
        signal.signal(number, _leave)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    addresses = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    if not addresses:
        sys.exit("This is a provider plugin: the Pulumi engine starts it and passes its own address.")
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=_THREADS), options=_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(make(EngineLog(addresses[0])), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")  # the protocol
    sys.stdout.flush()
    server.wait_for_termination()
