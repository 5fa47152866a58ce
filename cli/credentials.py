"""The generated credentials of a stack's state: extracted for safekeeping, and inserted into an empty state.

They are restored as the same RandomPassword resources, so that the next `up` creates everything else around
them and generates no new ones.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.data import mapping
from cli.errors import CommandError

FORMAT = "ollama-librechat credentials 1"
GENERATED = "random:index/randomPassword:RandomPassword"
_STACK = "pulumi:pulumi:Stack"
_KEPT = frozenset({"urn", "custom", "id", "type", "inputs", "outputs", "parent", "provider", "protect"})
"""Keys that identify a resource; the rest (dependencies, options) is set again by the next `up`."""


def generated(resources: list[Mapping[str, Any]]) -> list[str]:
    """Return the logical names of the generated credentials among the resources of a state."""
    return [str(found["urn"]).rpartition("::")[2] for found in resources if found["type"] == GENERATED]


def extract(deployment: Mapping[str, Any], stack: str) -> dict[str, Any]:
    """Extract the generated credentials, with the components and the provider that they refer to.

    Args:
        deployment: State from `pulumi stack export --show-secrets`.
        stack: Name of the stack.

    Raises:
        CommandError: The state has no generated credentials.
    """
    resources: list[Mapping[str, Any]] = list(mapping(deployment.get("deployment")).get("resources") or [])
    known = {str(found["urn"]): found for found in resources}
    wanted: set[str] = set()
    for found in resources:
        if found["type"] == GENERATED:
            wanted |= set(_chain(found, known))
    if not wanted:
        raise CommandError(f"Stack {stack} has no generated credentials: nothing is deployed, or all are in Secrets.")
    chosen = [found for found in resources if found["urn"] in wanted]
    return {"format": FORMAT, "stack": stack, "resources": [_plain(found) for found in chosen]}


def _chain(resource: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Return the URNs of a resource, of its parents, and of its provider."""
    yield str(resource["urn"])
    # URN and ID of the provider, separated by `::`.
    provider = str(resource.get("provider") or "").rpartition("::")[0]
    for urn in (str(resource.get("parent") or ""), provider):
        if urn in known:
            yield from _chain(known[urn], known)


def _plain(resource: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in resource.items() if key in _KEPT}
    if not resource["custom"]:
        kept.pop("inputs", None)
        kept.pop("outputs", None)
    return kept


def insert(saved: Mapping[str, Any], deployment: Mapping[str, Any], stack: str) -> dict[str, Any]:
    """Insert saved credentials into the state of a stack that has deployed nothing, for `pulumi stack import`.

    Args:
        saved: Result of `extract`, possibly of a stack with another name.
        deployment: State from `pulumi stack export`; it says how the stack encrypts secrets.
        stack: Name of the stack.

    Raises:
        CommandError: The stack has deployed something already, or the saved data has another format.
    """
    if saved.get("format") != FORMAT:
        raise CommandError("This file holds no credentials of a stack of this project.")
    inner = dict(deployment.get("deployment") or {})
    if inner.get("resources"):
        raise CommandError(
            f"Stack {stack} has deployed something, and with it credentials of its own: they stay. Credentials are "
            "restored into a stack that is new, before its first `make up`."
        )
    resources = [_renamed(found, str(saved["stack"]), stack) for found in saved["resources"]]
    return {**deployment, "deployment": {**inner, "resources": resources}}


def _renamed(resource: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return a resource as one of another stack: the stack's name is in every URN and in the root resource."""
    result = dict(resource)
    for key in ("urn", "parent", "provider"):
        if key in result:
            result[key] = _renamed_urn(str(result[key]), old, new)
    return result


def _renamed_urn(urn: str, old: str, new: str) -> str:
    """Return a URN, `urn:pulumi:<stack>::<project>::<types>::<name>`, as one of another stack."""
    head, project, types, *name = urn.split("::")
    if types == _STACK:
        name = [f"{project}-{new}"]
    return "::".join([head if head != f"urn:pulumi:{old}" else f"urn:pulumi:{new}", project, types, *name])
