"""What each component says of itself to the rest of the package, without its resources.

A definition is plain data and pure functions, so that settings are read and checked without the Kubernetes SDK.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from .exposure.settings import Exposure
from .helm.charts import Chart
from .images import Image, Version
from .settings.base import Section
from .settings.findings import Finding
from .workload.settings import Resources, Storage

S = TypeVar("S", bound=Section)

Application = Literal["ollama", "librechat"]
"""Key of one of the two namespaces in the settings."""


class Containers(NamedTuple):
    """Containers that run with the same resources.

    Attributes:
        path: Key path of what they belong to, for example `ollama.pools.amd`.
        pods: Greatest number of pods that run one.
        resources: CPU and memory of each.
    """

    path: str
    pods: int
    resources: Resources


class ProgramJob(NamedTuple):
    """A Job of the program, whose resources are not in the settings.

    Attributes:
        name: What it is for, in a message.
        resources: CPU and memory of its container.
        pods: Greatest number of its pods that run side by side with everything else.
    """

    name: str
    resources: Resources
    pods: int = 0


@dataclass(frozen=True)
class DataObject:
    """An object that will hold data, or without which data cannot be read.

    Attributes:
        kind: Kind of the object, or `RandomPassword`.
        name: Logical name of the resource.
        path: Key path of the settings of a claim; empty for anything else.
        storage: Settings of a claim.
    """

    kind: str
    name: str
    path: str = ""
    storage: Storage | None = None


@dataclass(frozen=True)
class Deployed:
    """A deployed object that holds data, or without which data cannot be read.

    Attributes:
        kind: Kind of the object, or `RandomPassword`.
        name: Logical name of the resource.
        owner: Key of the component that it belongs to; None for a namespace.
        object_name: Its name in the cluster; empty for what is not an object there.
        namespace: Its namespace there.
        spec: Its specification, as the API server completed it.
        asked: Its specification as the program requested it.
        rotation: How many times a generated credential was generated, from 1 on.
    """

    kind: str
    name: str
    owner: str | None
    object_name: str = ""
    namespace: str = ""
    spec: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    asked: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    rotation: int = 1


class Cause(NamedTuple):
    """The setting because of which an object that holds data is left out.

    Attributes:
        path: Its key path.
        value: Its value, as a message shows it.
        advice: What to do before such a change leaves data behind; empty for nothing.
    """

    path: str
    value: str
    advice: str = ""


class MadeWith(NamedTuple):
    """A generated credential that data was made with.

    Attributes:
        credential: Logical name of the credential.
        reason: Why another one does not fit.
    """

    credential: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Data(Generic[S]):
    """The data of a component, which must not be lost.

    Attributes:
        objects: The objects that hold data, for its settings.
        cause: Return the setting that leaves out one of these objects that is deployed.
        made_with: Credential that the data was made with, if it can also come from an existing Secret.
        upgrade_problem: Return why one version does not open the data of another, and what to do; empty if it does.
            The StatefulSet is `<section>-stateful-set`, and its image has the name of the section.
    """

    objects: Callable[[S], Iterator[DataObject]]
    cause: Callable[[S, Deployed], Cause]
    made_with: MadeWith | None = None
    upgrade_problem: Callable[[Version, Version], str] | None = None


def _nothing(_: Section) -> Iterator[Any]:
    return iter(())


def _no_findings(_settings: Section, _prefix: str) -> Iterator[Finding]:
    return iter(())


def _no_exposures(_: Section) -> Mapping[str, Exposure]:
    return {}


@dataclass(frozen=True, kw_only=True)
class Definition(Generic[S]):
    """A component of a stack.

    Attributes:
        kind: Name of its class, which is the last part of its type.
        namespace: Namespace that it lives in.
        images: Its pinned images by name.
        charts: Its pinned Helm charts by name.
        args: Settings of one of it, where the section of a stack describes several.
        check: Yield what its rules find, for its settings and the key path before them.
        containers: Yield the containers whose resources are in its settings.
        jobs: Yield the Jobs of the program that its settings need.
        exposures: Return how it is reached from outside the cluster, by the key path before `exposure`.
        data: Its data; None if it holds none.
        replaceable: Suffixes of the names of generated credentials that no data depends on.
    """

    kind: str
    namespace: Application
    images: Mapping[str, Image]
    charts: Mapping[str, Chart] = field(default_factory=dict[str, Chart])
    args: type[Section] | None = None
    check: Callable[[S, str], Iterator[Finding]] = _no_findings
    containers: Callable[[S], Iterator[Containers]]
    jobs: Callable[[S], Iterator[ProgramJob]] = _nothing
    exposures: Callable[[S], Mapping[str, Exposure]] = _no_exposures
    data: Data[S] | None = None
    replaceable: Sequence[str] = ()


def claim(name: str, storage: Storage, path: str) -> Iterator[DataObject]:
    """Yield the claim of a component, unless its settings name an existing one.

    Args:
        name: First part of its logical name.
        storage: Its settings.
        path: Key path before `storage`, without a dot.
    """
    if not storage.existing_claim:
        yield DataObject("PersistentVolumeClaim", f"{name}-data", f"{path}.storage", storage)


def generated(name: str, *credentials: str) -> Iterator[DataObject]:
    """Yield generated credentials and the Secret that holds them.

    Args:
        name: First part of their logical names.
        credentials: The rest of the name of each credential.
    """
    yield from (DataObject("RandomPassword", f"{name}-{credential}") for credential in credentials)
    yield DataObject("Secret", f"{name}-secret")


def left_out(section: str, gone: Deployed, storage: Storage, existing_secret: str) -> Cause:
    """Return the existing claim or Secret that takes the place of a deployed object.

    Args:
        section: Key of the component's settings.
        gone: The object.
        storage: Settings of the component's volume.
        existing_secret: Its setting of that name.
    """
    if gone.kind == "PersistentVolumeClaim":
        return Cause(f"{section}.storage.existingClaim", f'"{storage.existing_claim}"', COPY_FILES)
    return Cause(f"{section}.existingSecret", f'"{existing_secret}"', COPY_CREDENTIALS)


COPY_FILES = "copy the files to that claim first; "
COPY_CREDENTIALS = "copy the credentials into that Secret first, what is stored is encrypted or opened with them; "
