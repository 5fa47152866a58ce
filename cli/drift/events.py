"""The resources of a refreshing preview, read from the engine's events.

Unlike `preview --json`, the event stream includes the live object of unchanged resources.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pulumi.automation.events import EngineEvent, OpType, StepEventMetadata, StepEventStateMetadata

from cli.data import Properties, is_list, is_mapping

MASKED = "[secret]"
"""Placeholder of a secret: the engine leaves its value out of the events."""

_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""Key and value that mark a secret wherever the engine serializes one.
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go"""

_UNCHANGED = frozenset({"same", "refresh", "read"})

_REPLACES = {OpType.CREATE_REPLACEMENT: "replace", OpType.DELETE_REPLACED: "replace"}


@dataclass
class Resource:
    """One resource of the stack.

    Attributes:
        urn: Its URN.
        deployed: Inputs of its last deployment, as far as a refresh did not overwrite them; None for a new resource.
        recorded: Outputs of its last deployment.
        exists: Whether the refresh found it.
        live_inputs: Inputs after the refresh, with changes made in the cluster.
        live: Outputs after the refresh: the whole live object.
        operation: Planned operation: `same`, `create`, `update`, `replace`, `delete`.
        wanted: Inputs from the program; None if it is no longer in the program.
        changed: Paths of the provider's detailed diff, as the engine writes them.
    """

    urn: str
    deployed: Properties | None = field(default=None, repr=False)
    recorded: Properties = field(default_factory=dict[str, Any], repr=False)
    exists: bool = False
    live_inputs: Properties = field(default_factory=dict[str, Any], repr=False)
    live: Properties = field(default_factory=dict[str, Any], repr=False)
    operation: str = "same"
    wanted: Properties | None = field(default=None, repr=False)
    changed: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """Its type, for example `kubernetes:apps/v1:Deployment`."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.split("::", 3)[3]


def resources(events: Iterable[EngineEvent]) -> list[Resource]:
    """Return every resource of a refreshing preview in the order of the state, without components."""
    found: dict[str, Resource] = {}
    for event in events:
        refreshed = event.res_outputs_event
        if refreshed and refreshed.metadata.op == OpType.REFRESH and _is_custom(refreshed.metadata):
            _refreshed(found, refreshed.metadata)
        planned = event.resource_pre_event
        if planned and planned.metadata.op != OpType.REFRESH and _is_custom(planned.metadata):
            _planned(found, planned.metadata)
    return list(found.values())


def _is_custom(metadata: StepEventMetadata) -> bool:
    state = metadata.new or metadata.old
    return bool(state and state.custom) and not metadata.urn.split("::")[2].startswith("pulumi:")


def _refreshed(found: dict[str, Resource], metadata: StepEventMetadata) -> None:
    old, new = metadata.old, metadata.new
    resource = found.setdefault(metadata.urn, Resource(metadata.urn))
    resource.deployed, resource.recorded = _inputs(old), _outputs(old)
    resource.exists = new is not None
    if new is not None:
        resource.live_inputs, resource.live = _inputs(new), _outputs(new)


def _inputs(state: StepEventStateMetadata | None) -> Properties:
    return masked_properties(state.inputs or {}) if state else {}


def _outputs(state: StepEventStateMetadata | None) -> Properties:
    return masked_properties(state.outputs or {}) if state else {}


def masked_properties(properties: Properties) -> Properties:
    """Return properties with every secret replaced by `[secret]`, however the event encodes it."""
    return {key: masked(value) for key, value in properties.items()}


def masked(value: object) -> object:
    """Return a property with every secret replaced by `[secret]`."""
    if is_mapping(value):
        return MASKED if value.get(_SIGNATURE) == _SECRET else masked_properties(value)
    return [masked(entry) for entry in value] if is_list(value) else value


def _planned(found: dict[str, Resource], metadata: StepEventMetadata) -> None:
    resource = found.setdefault(metadata.urn, Resource(metadata.urn))
    operation = _REPLACES.get(metadata.op, metadata.op.value)
    if resource.operation in _UNCHANGED or operation == OpType.REPLACE.value:
        resource.operation = operation
    resource.changed = resource.changed or tuple(metadata.detailed_diff or metadata.diffs or ())
    if metadata.new and operation != OpType.DELETE.value:
        resource.wanted = _inputs(metadata.new)
