"""Runs a Pulumi program under mocks and records every resource: inputs, which of them are secret, and options.

It needs neither engine nor cluster. Mocks see neither options nor which inputs are secret, so the monitor itself
is recorded.
"""

import asyncio
import hashlib
import json
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi
from pulumi.runtime import mocks
from pulumi.runtime.settings import get_root_resource
from pulumi.runtime.stack import run_pulumi_func

from cli.data import is_list, is_mapping

PROJECT = "ollama-librechat"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - marks secrets on the wire, as the line above does


@dataclass(frozen=True)
class Resource:
    """One registered resource.

    Attributes:
        secrets: Paths of the secret inputs, for example `stringData.JWT_SECRET`.
        parent: URN of the parent.
        deleted_with: URN of the resource that it is deleted with.
        dependencies: URNs of the dependencies.
        timeouts: Custom timeouts, for example `{"create": "300s"}`.
    """

    type: str
    name: str
    urn: str
    custom: bool
    inputs: dict[str, Any]
    secrets: frozenset[str]
    parent: str
    provider: str
    protect: bool
    retain_on_delete: bool
    deleted_with: str
    dependencies: frozenset[str]
    ignore_changes: tuple[str, ...]
    delete_before_replace: bool
    timeouts: Mapping[str, str]

    @property
    def kind(self) -> str:
        """Kind of the object, or of the component."""
        return self.type.rpartition(":")[2]

    @property
    def metadata(self) -> dict[str, Any]:
        """Metadata of the object; for a Helm release, its name and namespace."""
        if self.kind == "Release":
            return {key: self.inputs[key] for key in ("name", "namespace")}
        return self.inputs.get("metadata", {})

    @property
    def object_name(self) -> str:
        """Name of the object in the cluster."""
        return self.metadata["name"]

    @property
    def spec(self) -> dict[str, Any]:
        """Specification of the object."""
        return self.inputs["spec"]

    def is_secret(self, path: str) -> bool:
        """Whether the input at a path, or one of its parents, is a secret."""
        return any(path == secret or path.startswith(f"{secret}.") or secret == "" for secret in self.secrets)

    def clear_texts(self) -> Iterator[str]:
        """Return all texts of the inputs that are not secret, including keys."""
        yield from (text for path, text in leaves(self.inputs) if not self.is_secret(path))


@dataclass
class Recording:
    """All resources and outputs of a program."""

    resources: list[Resource] = field(default_factory=list)
    exports: dict[str, Any] = field(default_factory=dict)
    secret_exports: set[str] = field(default_factory=set)
    outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    secret_outputs: dict[str, frozenset[str]] = field(default_factory=dict)
    result: Any = None

    def all(self, kind: str) -> list[Resource]:
        """Return all resources of a kind, sorted by name."""
        return sorted((found for found in self.resources if found.kind == kind), key=lambda found: found.name)

    def named(self, kind: str, name: str) -> Resource:
        """Return the resource of a kind with a logical name.

        Raises:
            LookupError: There is not exactly one.
        """
        return self._only([r for r in self.all(kind) if r.name == name], kind, name)

    def object(self, kind: str, name: str, namespace: str | None = None) -> Resource:
        """Return the Kubernetes object of a kind with a name.

        Raises:
            LookupError: There is not exactly one.
        """
        found = [r for r in self.kubernetes() if r.kind == kind and r.metadata.get("name") == name]
        return self._only([r for r in found if namespace in {None, r.metadata.get("namespace")}], kind, name)

    def kubernetes(self) -> list[Resource]:
        """Return all Kubernetes objects."""
        return [found for found in self.resources if found.type.startswith("kubernetes:")]

    def generated(self) -> dict[str, str]:
        """Return the generated credentials by logical name."""
        return {found.name: generate(found.name, found.inputs) for found in self.all("RandomPassword")}

    def component(self, name: str) -> Resource:
        """Return the component with a name, of any type except the namespace."""
        ours = [r for r in self.resources if r.type.startswith(f"{PROJECT}:") and r.kind != "Namespace"]
        return self._only([r for r in ours if r.name == name], "component", name)

    def _only(self, found: list[Resource], kind: str, name: str) -> Resource:
        if len(found) != 1:
            known = [f"{r.kind} {r.name} ({r.metadata.get('name', '')})" for r in self.resources]
            raise LookupError(f"{len(found)} x {kind} {name} among {known}")
        return found[0]


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text in nested data with its path, including the keys of mappings."""
    if is_mapping(value):
        for key, entry in value.items():
            below = f"{path}.{key}" if path else key
            yield below, key
            yield from leaves(entry, below)
    elif is_list(value):
        for index, entry in enumerate(value):
            yield from leaves(entry, f"{path}.{index}")
    elif value is not None:
        yield path, str(value)


def generate(name: str, inputs: Mapping[str, Any]) -> str:
    """Return the mock value of a RandomPassword: stable, unique, with the requested length and characters."""
    letters = inputs.get("overrideSpecial", "") if inputs.get("special") else ""
    digits = "0123456789" if inputs.get("numeric", True) else ""
    upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if inputs.get("upper", True) else ""
    lower = "abcdefghijklmnopqrstuvwxyz" if inputs.get("lower", True) else ""
    alphabet = letters + digits + upper + lower
    seed = f"{name} {json.dumps(inputs.get('keepers'), sort_keys=True)}"
    random = b"".join(hashlib.sha256(f"{seed} {part}".encode()).digest() for part in range(8))
    return "".join(alphabet[byte % len(alphabet)] for byte in random[: int(inputs["length"])])


def _plain(value: Any, path: str, secrets: set[str]) -> Any:
    """Convert a protobuf value into plain data, and record which parts of it are secret."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        fields = value.struct_value.fields
        if _SIGNATURE in fields and fields[_SIGNATURE].string_value == _SECRET:
            secrets.add(path)
            return _plain(fields["value"], path, secrets)
        return {key: _plain(entry, f"{path}.{key}" if path else key, secrets) for key, entry in fields.items()}
    if kind == "list_value":
        entries = enumerate(value.list_value.values)
        return [_plain(entry, f"{path}.{index}", secrets) for index, entry in entries]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind == "null_value" else getattr(value, str(kind))


def plain(struct: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """Convert a protobuf struct into plain data, and return it with the paths of its secrets."""
    secrets: set[str] = set()
    data = {key: _plain(entry, key, secrets) for key, entry in struct.fields.items()}
    return data, frozenset(secrets)


class Mocks(pulumi.runtime.Mocks):
    """Mocks of a cluster that accepts everything, and of a password generator."""

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Return the inputs as outputs."""
        inputs = cast("dict[str, Any]", args.inputs)
        outputs = dict(inputs)
        if args.typ == "random:index/randomPassword:RandomPassword":
            # Mocks do not know that the provider marks it as secret. Encoded as on the wire, because an Output would
            # leave tasks on this thread's event loop.
            outputs["result"] = {_SIGNATURE: _SECRET, "value": generate(args.name, inputs)}
        return f"{args.name}-id", outputs

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        """Return that nothing is deployed yet."""
        if args.token == "pulumi:pulumi:readStackOutputs":  # noqa: S105 - the name of a function
            return {"outputs": {}}, []
        raise AssertionError(f"the program calls {args.token}, which no mock answers")


class Monitor(mocks.MockMonitor):
    """Records the requests to the engine."""

    def __init__(self, recording: Recording) -> None:
        super().__init__(Mocks())
        self.recording = recording

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - name from the protocol
        """Record a resource."""
        if request.type != "pulumi:pulumi:Stack":
            inputs, secrets = plain(request.object)
            timeouts = request.customTimeouts
            self.recording.resources.append(
                Resource(
                    type=request.type,
                    name=request.name,
                    urn=self.make_urn(request.parent, request.type, request.name),
                    custom=request.custom,
                    inputs=inputs,
                    secrets=secrets,
                    parent=request.parent,
                    provider=request.provider,
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                    deleted_with=request.deletedWith,
                    dependencies=frozenset(request.dependencies),
                    ignore_changes=tuple(request.ignoreChanges),
                    delete_before_replace=request.deleteBeforeReplace,
                    timeouts={key: getattr(timeouts, key) for key in ("create", "update") if getattr(timeouts, key)},
                )
            )
        # Runs on its own thread; the SDK would create an event loop there and never close it.
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            return cast("Any", super()).RegisterResource(request)
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - name from the protocol
        """Record the outputs of a component."""
        outputs, secrets = plain(request.outputs)
        self.recording.outputs[request.urn] = outputs
        self.recording.secret_outputs[request.urn] = secrets
        return cast("Any", super()).RegisterResourceOutputs(request)


def run(
    program: Callable[[], Any],
    config: Mapping[str, str] | None = None,
    secret_keys: frozenset[str] = frozenset(),
    stack: str = "test",
) -> Recording:
    """Run a program to its end, with its own event loop and context, and return what it registered.

    Exceptions of the program are passed on.

    Args:
        program: The program.
        stack: Name of the stack.
        config: Config as the engine passes it, with the project's name before each key; see `engine_config`.
        secret_keys: Keys of encrypted settings.
    """
    recording = Recording()

    async def main() -> None:
        mocks.set_mocks(Mocks(), project=PROJECT, stack=stack, preview=False, monitor=Monitor(recording))
        pulumi.runtime.set_all_config(dict(config or {}), sorted(secret_keys))

        def wrapped() -> None:
            recording.result = program()

        await run_pulumi_func(wrapped)
        root = get_root_resource()
        if root is None:
            raise LookupError("the program ended without a stack")
        outputs: dict[str, Any] = cast("Any", root).outputs
        for name, value in outputs.items():
            output: pulumi.Output[Any] = pulumi.Output.from_input(value)
            recording.exports[name] = await output.future()
            if await output.is_secret():
                recording.secret_exports.add(name)
        if recording.result is not None:
            recording.result = await pulumi.Output.from_input(recording.result).future()

    interrupted = signal.getsignal(signal.SIGINT)
    try:
        asyncio.run(main())
    finally:
        signal.signal(signal.SIGINT, interrupted)  # programs tune this for their own process
    return recording


def engine_config(document: Mapping[str, Any]) -> dict[str, str]:
    """Return the settings of a stack file as the engine passes them: every value is text, objects are JSON."""
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in document.items()}
