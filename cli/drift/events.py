"""What a refreshing preview tells of each resource, read from the engine's events.

The event stream, unlike `preview --json`, has the live object of a resource that the engine would leave as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

MASKED = "[secret]"
"""In place of a secret: the engine leaves its value out of the events."""

_SIGNATURE, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"
"""Key and value that mark a secret wherever the engine serializes one.
https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go"""

_UNCHANGED = frozenset({"same", "refresh", "read"})

Properties = Mapping[str, Any]


@dataclass
class Resource:
    """One resource of the stack.

    urn: its URN.
    deployed: inputs of its last deployment, as far as a refresh left them; None for a new resource.
    recorded: its outputs then.
    exists: whether the refresh found it.
    live_inputs: its inputs, with what the provider found changed in the cluster.
    live: its outputs as they are now, the whole live object.
    operation: what the engine would do: `same`, `create`, `update`, `replace`, `delete`.
    wanted: inputs that the program gives it; None where the program has it no more.
    changed: paths that the provider finds changed, as the engine writes them.
    """

    urn: str
    deployed: Properties | None = field(default=None, repr=False)
    recorded: Properties = field(default_factory=dict, repr=False)
    exists: bool = False
    live_inputs: Properties = field(default_factory=dict, repr=False)
    live: Properties = field(default_factory=dict, repr=False)
    operation: str = "same"
    wanted: Properties | None = field(default=None, repr=False)
    changed: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """Its type, such as `kubernetes:apps/v1:Deployment`."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.split("::", 3)[3]


def resources(events: Iterable[Mapping[str, Any]]) -> list[Resource]:
    """Give every resource of a preview that refreshes, in the order of the state; components are left out."""
    found: dict[str, Resource] = {}
    for event in events:
        refreshed = (event.get("resOutputsEvent") or {}).get("metadata") or {}
        if refreshed.get("op") == "refresh":
            _refreshed(found, refreshed)
        planned = (event.get("resourcePreEvent") or {}).get("metadata") or {}
        if planned.get("op") not in {None, "refresh"}:
            _planned(found, planned)
    return list(found.values())


def _is_custom(metadata: Mapping[str, Any]) -> bool:
    state = metadata.get("new") or metadata.get("old") or {}
    return bool(state.get("custom")) and not metadata["urn"].split("::")[2].startswith("pulumi:")


def _refreshed(found: dict[str, Resource], metadata: Mapping[str, Any]) -> None:
    if not _is_custom(metadata):
        return
    old, new = metadata.get("old") or {}, metadata.get("new")
    resource = found.setdefault(metadata["urn"], Resource(metadata["urn"]))
    resource.deployed, resource.recorded = _properties(old, "inputs"), _properties(old, "outputs")
    resource.exists = new is not None
    if new is not None:
        resource.live_inputs, resource.live = _properties(new, "inputs"), _properties(new, "outputs")


def _properties(state: Mapping[str, Any], side: str) -> Properties:
    return masked(state.get(side) or {})


def masked(value: Any) -> Any:
    """Give properties with `[secret]` in the place of each secret, whatever the event holds of it."""
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET:
            return MASKED
        return {key: masked(entry) for key, entry in value.items()}
    return [masked(entry) for entry in value] if isinstance(value, list) else value


def _planned(found: dict[str, Resource], metadata: Mapping[str, Any]) -> None:
    if not _is_custom(metadata):
        return
    resource = found.setdefault(metadata["urn"], Resource(metadata["urn"]))
    operation = {"create-replacement": "replace", "delete-replaced": "replace"}.get(metadata["op"], metadata["op"])
    if resource.operation in _UNCHANGED or operation == "replace":
        resource.operation = operation
    resource.changed = resource.changed or tuple(metadata.get("detailedDiff") or metadata.get("diffs") or ())
    new = metadata.get("new")
    if new and operation != "delete":
        resource.wanted = _properties(new, "inputs")


def errors(events: Iterable[Mapping[str, Any]]) -> list[str]:
    """Give what the engine reports as errors, each once."""
    found = [event.get("diagnosticEvent") or {} for event in events]
    texts = [str(item.get("message", "")) for item in found if item.get("severity") == "error"]
    plain = [text.replace("<{%reset%}>", "").strip().removeprefix("error: ") for text in texts]
    return list(dict.fromkeys(text for text in plain if text))
