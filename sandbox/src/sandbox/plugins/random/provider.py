"""The Random stand-in: values that are generated once and then kept in the state."""

# ruff: noqa: ARG002, D102, N802 - the methods are those of the gRPC service, which documents them

from importlib.metadata import version
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime import proto

from sandbox.plugins.random.generators import GENERATORS, Generator
from sandbox.plugins.server import EngineLog, PluginError, StandIn, reported
from sandbox.plugins.values import UNKNOWN, Secret, from_struct, has_unknown, mark_secrets, reveal, to_struct


class RandomStandIn(StandIn):
    """Answers the engine's calls for package ``random``.

    Args:
        log: The engine's log.
    """

    def __init__(self, log: EngineLog) -> None:
        super().__init__("random", version("pulumi-random"), log)

    def _generator(self, urn: str) -> Generator:
        kind = urn.split("::", 3)[2].rpartition("$")[2]
        if kind not in GENERATORS:
            raise self.unsupported(kind)
        return GENERATORS[kind]

    @reported
    def Check(self, request: proto.CheckRequest, context: grpc.ServicerContext) -> proto.CheckResponse:
        generator = self._generator(request.urn)
        failures = [
            proto.CheckFailure(property=name, reason=reason)
            for name, reason in generator.problems(from_struct(request.news))
        ]
        return proto.CheckResponse(inputs=request.news, failures=failures)

    @reported
    def Diff(self, request: proto.DiffRequest, context: grpc.ServicerContext) -> proto.DiffResponse:
        generator = self._generator(request.urn)
        # Against the state, not the last inputs: a default that is now explicit is no change.
        old = generator.complete(reveal(from_struct(request.olds)))
        new = generator.complete(reveal(from_struct(request.news)))
        names = {*generator.required, *generator.defaults, *generator.optional, "keepers"}
        ignored = {path.partition(".")[0].partition("[")[0] for path in request.ignoreChanges}
        changed = sorted(name for name in names - ignored if (old.get(name) or None) != (new.get(name) or None))
        return proto.DiffResponse(
            changes=proto.DiffResponse.DIFF_SOME if changed else proto.DiffResponse.DIFF_NONE,
            replaces=changed,
            detailedDiff={name: proto.PropertyDiff(kind=proto.PropertyDiff.UPDATE_REPLACE) for name in changed},
            hasDetailedDiff=True,
        )

    @reported
    def Create(self, request: proto.CreateRequest, context: grpc.ServicerContext) -> proto.CreateResponse:
        generator = self._generator(request.urn)
        source = from_struct(request.properties)
        inputs = generator.complete(reveal(source))
        if request.preview:
            outputs = self._unknown_outputs(generator)
            return proto.CreateResponse(properties=to_struct({**mark_secrets(inputs, source), **outputs}))
        if has_unknown(inputs):
            raise PluginError("an input is not known yet")  # the engine never does this
        try:
            outputs = generator.make(inputs)
        except ValueError as error:
            raise PluginError(str(error)) from None
        state = self._state(generator, mark_secrets(inputs, source), outputs)
        return proto.CreateResponse(id=generator.identity(outputs), properties=to_struct(state))

    @staticmethod
    def _unknown_outputs(generator: Generator) -> dict[str, Any]:
        return {name: Secret(UNKNOWN) for name in generator.secret}

    @staticmethod
    def _state(generator: Generator, inputs: dict[str, Any], outputs: dict[str, Any]) -> dict[str, Any]:
        marked = {key: Secret(item) if key in generator.secret else item for key, item in outputs.items()}
        return {**inputs, **marked}

    @reported
    def Update(self, request: proto.UpdateRequest, context: grpc.ServicerContext) -> proto.UpdateResponse:
        # Every change of an input is a replacement, so nothing can change the value here.
        return proto.UpdateResponse(properties=request.olds)

    @reported
    def Read(self, request: proto.ReadRequest, context: grpc.ServicerContext) -> proto.ReadResponse:
        generator = self._generator(request.urn)
        if request.properties.fields:
            return proto.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)
        try:
            inputs, outputs = generator.adopt(request.id)
        except ValueError:
            # Neither the ID nor the error: both would show the value.
            raise PluginError("the ID to import is not a value of this type") from None
        state = self._state(generator, generator.complete(inputs), outputs)
        return proto.ReadResponse(id=generator.identity(outputs), properties=to_struct(state), inputs=to_struct(inputs))

    def Delete(self, request: proto.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        return Empty()
