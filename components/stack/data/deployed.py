"""What a stack has deployed, as far as it concerns data: read from the stack's own state, before anything changes.

The program asks the engine for its own state, so that this works in every preview: with any backend, any plugin, and a
cluster that does not answer.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

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
_RELEASE = "kubernetes:helm.sh/v3:Release"
_SERVERS: Mapping[str, tuple[str, str]] = {
    "kubernetes:apps/v1:Deployment": ("spec", "replicas"),
    _RELEASE: ("values", "replicaCount"),
}
"""Where the number of pods is in the outputs of what runs a server."""

_PAUSES = (0.1, 0.4, 1.5)
"""Seconds before the state is read again. In a directory, the engine writes the state and its `.attrs` one after the
other and the second in place: who reads right then, as this program may while its stack is being registered, is told
`failed to load checkpoint: EOF`."""


@dataclass(frozen=True)
class DeployedRelease:
    """A Helm release, as far as it has to be known to leave it as it is.

    chart: path of its chart, OCI reference, or name in a repository.
    values: names of its values at the top level, and nothing of their content.
    """

    chart: str = ""
    values: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DeployedStack:
    """What a stack has deployed.

    data: what holds data, by logical name.
    owners: applications of which anything is deployed.
    kubeconfig: path of the kubeconfig that it was deployed with; empty for the default one.
    context: the context; empty for the current one of its kubeconfig.
    replicas: pods of each Deployment and of each Helm release, by logical name; 0 for a release that failed.
    releases: each Helm release, by logical name.
    """

    data: Mapping[str, Deployed] = field(default_factory=dict[str, Deployed])
    owners: frozenset[str] = frozenset()
    kubeconfig: str = ""
    context: str = ""
    replicas: Mapping[str, int] = field(default_factory=dict[str, int])
    releases: Mapping[str, DeployedRelease] = field(default_factory=dict[str, DeployedRelease])

    def of(self, owner: str) -> list[Deployed]:
        """Give what holds data of an application."""
        return [found for found in self.data.values() if found.owner == owner]

    def kind(self, kind: str) -> list[Deployed]:
        """Give what is of a kind."""
        return [found for found in self.data.values() if found.kind == kind]


def from_state(resources: Mapping[str, Mapping[str, Any]]) -> DeployedStack:
    """Pick out what concerns data.

    resources: type and outputs of each resource, by URN.
    """
    data: dict[str, Deployed] = {}
    owners: set[str] = set()
    provider: Mapping[str, Any] = {}
    replicas: dict[str, int] = {}
    releases: dict[str, DeployedRelease] = {}
    for urn, resource in resources.items():
        _, _, chain, name = urn.split("::", 3)
        parents = chain.split("$")
        owner = _owner(parents)
        outputs = _mapping(resource, "outputs")
        if owner:
            owners.add(owner)
        if parents[-1] == "pulumi:providers:kubernetes":
            provider = outputs
        if parents[-1] in _SERVERS:
            section, key = _SERVERS[parents[-1]]
            replicas[name] = int(_mapping(outputs, section).get(key, 1))
        if parents[-1] == _RELEASE:
            releases[name] = DeployedRelease(str(outputs.get("chart") or ""), frozenset(_mapping(outputs, "values")))
            if _mapping(outputs, "status").get("status") == "failed":
                replicas[name] = 0
        kind = _DATA_TYPES.get(parents[-1])
        if kind and (owner or kind == "Namespace") and not name.endswith(_replaceable()):
            data[name] = _deployed(kind, name, owner, outputs)
    kubeconfig, context = (str(provider.get(key) or "") for key in ("kubeconfig", "context"))
    return DeployedStack(data, frozenset(owners), kubeconfig, context, replicas, releases)


def _owner(types: Sequence[str]) -> str | None:
    """Return the section of a resource's component, from the types of its parents and itself."""
    kinds = {component.kind: name for name, component in components().items() if component.data}
    return next((kinds[kind] for kind in (name.rpartition(":")[2] for name in types) if kind in kinds), None)


def _replaceable() -> tuple[str, ...]:
    """Return the ends of the names of generated credentials that no data needs."""
    return tuple(end for component in components().values() for end in component.replaceable)


def _mapping(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", holder.get(key) or {})


def _deployed(kind: str, name: str, owner: str | None, outputs: Mapping[str, Any]) -> Deployed:
    metadata = _mapping(outputs, "metadata")
    return Deployed(
        kind=kind,
        name=name,
        owner=owner,
        object_name=str(metadata.get("name") or ""),
        namespace=str(metadata.get("namespace") or ""),
        # Neither a Secret nor a password has a specification: what they hold stays behind.
        spec=_mapping(outputs, "spec"),
        asked=_mapping(_mapping(outputs, "__inputs"), "spec"),
        rotation=int(_mapping(outputs, "keepers").get("rotation", 1)),
    )


def read() -> DeployedStack:
    """Read the state of the current stack, through functions that the engine serves itself.

    Raises pulumi.RunError when the engine cannot read it.
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    # The outputs first: without a first deployment some backends have no state, which the second call does not survive.
    if not _ask("readStackOutputs", {"name": stack}):
        return DeployedStack()
    return from_state(_ask("readStackResourceOutputs", {"stackName": stack}))


def _ask(function: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
    pauses = list(_PAUSES)
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
