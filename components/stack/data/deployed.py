"""Reads what a stack has deployed from its state, before anything changes.

The program asks the engine for the state of its own stack. That works in every preview: with any backend, with any
plugin, and with a cluster that does not answer.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import pulumi
from pulumi.runtime import invoke

from ...definition import Deployed
from ..settings import components

_DATA_TYPES = {
    "kubernetes:core/v1:Namespace": "Namespace",
    "kubernetes:core/v1:PersistentVolumeClaim": "PersistentVolumeClaim",
    "kubernetes:core/v1:Secret": "Secret",
    "kubernetes:apps/v1:StatefulSet": "StatefulSet",
    "random:index/randomPassword:RandomPassword": "RandomPassword",
}
_PROVIDER = "pulumi:providers:kubernetes"
_RELEASE = "kubernetes:helm.sh/v3:Release"
_REPLICAS: Mapping[str, tuple[str, str]] = {
    "kubernetes:apps/v1:Deployment": ("spec", "replicas"),
    _RELEASE: ("values", "replicaCount"),
}
"""Path of the number of pods in the outputs of the resources that run a server."""

_RETRY_SECONDS = (0.1, 0.4, 1.5)
"""Pauses before the state is read again. In a local backend, the engine writes the state first and its `.attrs` after
it, in place. The program may read between the two, while its stack is being registered; the engine then answers `failed
to load checkpoint: EOF`."""


@dataclass(frozen=True)
class DeployedRelease:
    """A deployed Helm release, as far as the program needs it to keep the release.

    Attributes:
        chart: Path of its chart, OCI reference, or name in a repository.
        values: Names of its values at the top level, without their content.
    """

    chart: str = ""
    values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DeployedStack:
    """What a stack has deployed.

    Attributes:
        data: Data-bearing objects by logical name.
        owners: Components with data that have deployed anything, by the field of their settings.
        kubeconfig: Path of the kubeconfig that it was deployed with; empty for the default one.
        context: Context that it was deployed with; empty for the current one of its kubeconfig.
        replicas: Pods of each Deployment and Helm release, by logical name; 0 for a failed release.
        releases: Helm releases by logical name.
    """

    data: Mapping[str, Deployed] = field(default_factory=dict[str, Deployed])
    owners: frozenset[str] = frozenset()
    kubeconfig: str = ""
    context: str = ""
    replicas: Mapping[str, int] = field(default_factory=dict[str, int])
    releases: Mapping[str, DeployedRelease] = field(default_factory=dict[str, DeployedRelease])

    def of(self, owner: str) -> list[Deployed]:
        """Return the data-bearing objects of a component, given by the field of its settings."""
        return [found for found in self.data.values() if found.owner == owner]

    def kind(self, kind: str) -> list[Deployed]:
        """Return the data-bearing objects of a kind."""
        return [found for found in self.data.values() if found.kind == kind]


def from_state(resources: Mapping[str, Mapping[str, Any]]) -> DeployedStack:
    """Return what a stack has deployed.

    Args:
        resources: Type and outputs of each resource in its state, by URN.
    """
    found = [_resource(urn, resource) for urn, resource in resources.items()]
    providers = [one.outputs for one in found if one.type == _PROVIDER]
    provider: Mapping[str, Any] = providers[-1] if providers else {}
    return DeployedStack(
        data={one.name: _deployed(one) for one in found if _holds_data(one)},
        owners=frozenset(one.owner for one in found if one.owner),
        kubeconfig=str(provider.get("kubeconfig") or ""),
        context=str(provider.get("context") or ""),
        replicas={one.name: _replicas(one) for one in found if one.type in _REPLICAS},
        releases={one.name: _release(one) for one in found if one.type == _RELEASE},
    )


class _Resource(NamedTuple):
    """A resource in the state.

    Attributes:
        type: Its type.
        name: Its logical name.
        owner: Field of the settings of its component, if that holds data.
        outputs: Its outputs.
    """

    type: str
    name: str
    owner: str | None
    outputs: Mapping[str, Any]


def _resource(urn: str, resource: Mapping[str, Any]) -> _Resource:
    _, _, types, name = urn.split("::", 3)
    chain = types.split("$")
    return _Resource(chain[-1], name, _owner(chain), _mapping(resource, "outputs"))


def _owner(types: Sequence[str]) -> str | None:
    """Return the component with data that a resource belongs to, from the types of its parents and its own."""
    owners = {component.kind: name for name, component in components().items() if component.data}
    kinds = (name.rpartition(":")[2] for name in types)
    return next((owners[kind] for kind in kinds if kind in owners), None)


def _holds_data(resource: _Resource) -> bool:
    kind = _DATA_TYPES.get(resource.type)
    belongs = resource.owner is not None or kind == "Namespace"
    return kind is not None and belongs and not resource.name.endswith(_replaceable())


def _replaceable() -> tuple[str, ...]:
    """Return the suffixes of the names of generated credentials that no data needs."""
    return tuple(end for component in components().values() for end in component.replaceable)


def _mapping(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", holder.get(key) or {})


def _deployed(resource: _Resource) -> Deployed:
    outputs = resource.outputs
    metadata = _mapping(outputs, "metadata")
    return Deployed(
        kind=_DATA_TYPES[resource.type],
        name=resource.name,
        owner=resource.owner,
        object_name=str(metadata.get("name") or ""),
        namespace=str(metadata.get("namespace") or ""),
        # Neither a Secret nor a password has a `spec`, so no secret is kept.
        spec=_mapping(outputs, "spec"),
        asked=_mapping(_mapping(outputs, "__inputs"), "spec"),
        rotation=int(_mapping(outputs, "keepers").get("rotation", 1)),
    )


def _replicas(resource: _Resource) -> int:
    if resource.type == _RELEASE and _mapping(resource.outputs, "status").get("status") == "failed":
        return 0
    section, key = _REPLICAS[resource.type]
    return int(_mapping(resource.outputs, section).get(key, 1))


def _release(resource: _Resource) -> DeployedRelease:
    return DeployedRelease(str(resource.outputs.get("chart") or ""), frozenset(_mapping(resource.outputs, "values")))


def read() -> DeployedStack:
    """Read the state of the current stack through functions that the engine itself provides.

    Raises:
        pulumi.RunError: The engine cannot read the state.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    # Before the first deployment some backends have no state, and the second call would fail without the first.
    if not _call("readStackOutputs", {"name": stack}):
        return DeployedStack()
    return from_state(_call("readStackResourceOutputs", {"stackName": stack}))


def _call(function: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
    pauses = list(_RETRY_SECONDS)
    while True:
        try:
            answer: Any = invoke(f"pulumi:pulumi:{function}", args).value
            return _mapping(answer or {}, "outputs")
        except Exception as error:
            if not pauses:
                raise pulumi.RunError(
                    f"The state of this stack cannot be read, so nothing can tell what data it has: {error}"
                ) from error
            time.sleep(pauses.pop(0))
