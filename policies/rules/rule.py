"""What a rule is. Rules know nothing of the engine, so that they can be tested one by one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

UNKNOWN = "(known after up)"
"""Stands for a property that a preview does not know yet."""

EXCEPTIONS = "exceptions"
"""Key in a rule's configuration: the objects that it passes over."""


@dataclass(frozen=True)
class Resource:
    """A resource of a stack, as it is registered.

    type: its Pulumi type, for example `kubernetes:apps/v1:Deployment`.
    name: its logical name.
    props: its inputs in camelCase; UNKNOWN where a preview does not know them.
    protect: whether Pulumi protects it.
    urn: its URN.
    """

    type: str
    name: str
    props: Mapping[str, Any] = field(default_factory=dict[str, Any])
    protect: bool = False
    urn: str = ""

    @property
    def kind(self) -> str:
        """The kind, for example `Deployment`."""
        return self.type.rpartition(":")[2]

    @property
    def is_kubernetes(self) -> bool:
        """Whether it is an object in a cluster."""
        return self.type.startswith("kubernetes:") and not self.is_release

    @property
    def is_release(self) -> bool:
        """Whether it is a Helm release."""
        return self.type == "kubernetes:helm.sh/v3:Release"

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The object's metadata."""
        return mapping(self.props.get("metadata"))

    @property
    def namespace(self) -> str:
        """The object's namespace; empty outside of namespaces."""
        return str(self.metadata.get("namespace") or "")

    @property
    def object_name(self) -> str:
        """The object's name in the cluster; the logical name where the provider chooses it."""
        return str(self.metadata.get("name") or self.name)

    @property
    def reference(self) -> str:
        """The object as `namespace/name`, or its name alone."""
        return f"{self.namespace}/{self.object_name}" if self.namespace else self.object_name

    @property
    def labels(self) -> Mapping[str, Any]:
        """The object's labels."""
        return mapping(self.metadata.get("labels"))

    @property
    def annotations(self) -> Mapping[str, Any]:
        """The object's annotations."""
        return mapping(self.metadata.get("annotations"))

    @property
    def spec(self) -> Mapping[str, Any]:
        """The object's spec."""
        return mapping(self.props.get("spec"))


@dataclass(frozen=True)
class Violation:
    """What is wrong with one resource of a stack.

    message: a sentence that says what is wrong and what to do.
    urn: URN of the resource.
    """

    message: str
    urn: str


@dataclass(frozen=True)
class ResourceRule:
    """A rule on single resources.

    name: as in the configuration of the pack.
    description: what it asks for.
    check: gives what is wrong with a resource, as sentences.
    """

    name: str
    description: str
    check: Callable[[Resource], Iterator[str]]

    def violations(self, resource: Resource, exceptions: Sequence[str] = ()) -> Iterator[str]:
        """Give what is wrong with a resource, unless it is an exception."""
        if resource.reference not in exceptions:
            for message in self.check(resource):
                yield f"{resource.kind} {resource.reference}: {message}"


@dataclass(frozen=True)
class StackRule:
    """A rule on all resources of a stack together.

    name, description: as in ResourceRule.
    check: gives the resources with which something is wrong, each with a sentence.
    """

    name: str
    description: str
    check: Callable[[Sequence[Resource]], Iterator[tuple[Resource, str]]]

    def violations(self, resources: Sequence[Resource], exceptions: Sequence[str] = ()) -> Iterator[Violation]:
        """Give what is wrong with the resources that are no exceptions."""
        for resource, message in self.check(resources):
            if resource.reference not in exceptions:
                yield Violation(f"{resource.kind} {resource.reference}: {message}", resource.urn)


def mapping(value: object) -> Mapping[str, Any]:
    """Give a value if it is a mapping, else an empty one: a property may be missing, or not known yet."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:
    """Give a value if it is a list, else an empty one."""
    return cast("Sequence[Any]", value) if isinstance(value, (list, tuple)) else ()
