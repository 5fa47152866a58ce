"""Types of rules. They do not depend on the engine, so that rules can be tested one by one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

UNKNOWN = "(known after up)"
"""Stands for a property that a preview does not know yet."""

EXCEPTIONS = "exceptions"
"""Key in a rule's configuration: the exempt objects."""


@dataclass(frozen=True)
class Resource:
    """A registered resource of a stack.

    Attributes:
        type: Its Pulumi type, for example `kubernetes:apps/v1:Deployment`.
        name: Its logical name.
        props: Its inputs in camelCase; UNKNOWN for values that a preview does not know.
        protect: Whether Pulumi protects it.
        urn: Its URN.
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
        """Whether it is a Kubernetes object."""
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
        """The object's namespace; empty for cluster-wide objects."""
        return str(self.metadata.get("namespace") or "")

    @property
    def object_name(self) -> str:
        """The object's name in the cluster; the logical name if the provider generates it."""
        return str(self.metadata.get("name") or self.name)

    @property
    def reference(self) -> str:
        """The object as `namespace/name`; only the name for cluster-wide objects."""
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

    Attributes:
        message: A sentence that says what is wrong and what to do.
        urn: URN of the resource.
    """

    message: str
    urn: str


@dataclass(frozen=True)
class ResourceRule:
    """A rule on single resources.

    Attributes:
        name: Name in the configuration of the pack.
        description: What it requires.
        check: Returns the problems of a resource, as sentences.
    """

    name: str
    description: str
    check: Callable[[Resource], Iterator[str]]

    def violations(self, resource: Resource, exceptions: Sequence[str] = ()) -> Iterator[str]:
        """Return the problems of a resource; none for an exempt one."""
        if resource.reference not in exceptions:
            for message in self.check(resource):
                yield f"{resource.kind} {resource.reference}: {message}"


@dataclass(frozen=True)
class StackRule:
    """A rule on all resources of a stack together.

    Attributes:
        name: Name in the configuration of the pack.
        description: What it requires.
        check: Returns the resources with problems, each with a sentence.
    """

    name: str
    description: str
    check: Callable[[Sequence[Resource]], Iterator[tuple[Resource, str]]]

    def violations(self, resources: Sequence[Resource], exceptions: Sequence[str] = ()) -> Iterator[Violation]:
        """Return the violations, without those of exempt resources."""
        for resource, message in self.check(resources):
            if resource.reference not in exceptions:
                yield Violation(f"{resource.kind} {resource.reference}: {message}", resource.urn)


def mapping(value: object) -> Mapping[str, Any]:
    """Return a value if it is a mapping, else an empty one: a property may be missing or unknown."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def sequence(value: object) -> Sequence[Any]:
    """Return a value if it is a list, else an empty one."""
    return cast("Sequence[Any]", value) if isinstance(value, (list, tuple)) else ()
