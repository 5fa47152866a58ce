"""What a stack needs from its cluster, derived from the objects of its program. Pure functions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cli.data import mapping, sequence
from cli.recording import Recording, Resource
from components.settings.quantities import parse_quantity

Amounts = Mapping[str, Decimal]
"""Quantities by resource, in base units: cores, bytes, devices."""

_WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"})


@dataclass(frozen=True)
class Kind:
    """A kind of object in a version of its API, for example `Deployment` in `apps/v1`."""

    api_version: str
    name: str


@dataclass(frozen=True)
class Object:
    """An object of the stack; the namespace of a cluster-wide one is empty."""

    kind: Kind
    namespace: str
    name: str


@dataclass(frozen=True)
class Reference:
    """An object that must already exist: the stack refers to it and does not create it.

    Attributes:
        keys: Keys that the stack needs, of a Secret or ConfigMap.
        by: Object that refers to it.
    """

    kind: str
    namespace: str
    name: str
    keys: frozenset[str]
    by: str


@dataclass(frozen=True)
class Pod:
    """A pod of the stack.

    Attributes:
        owner: Its workload, for example `Deployment librechat/librechat`.
        count: Number of replicas.
        requests: Requests of one pod.
        spec: Its specification.
    """

    owner: str
    namespace: str
    count: int
    requests: Amounts
    spec: Mapping[str, Any]

    @property
    def containers(self) -> list[Mapping[str, Any]]:
        """All containers, including init containers."""
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]


@dataclass(frozen=True)
class Needs:
    """What a stack needs."""

    objects: tuple[Object, ...]
    pods: tuple[Pod, ...]
    references: tuple[Reference, ...]
    resources: tuple[Resource, ...]

    def all(self, kind: str) -> list[Resource]:
        """Return the program's objects of a kind."""
        return [found for found in self.resources if found.kind == kind]

    @property
    def namespaces(self) -> list[str]:
        """Names of the namespaces that the stack creates."""
        return sorted(found.object_name for found in self.all("Namespace"))

    @property
    def mongodb(self) -> list[Pod]:
        """The pods that run MongoDB."""
        return [pod for pod in self.pods if pod.owner.startswith("StatefulSet ") and pod.owner.endswith("-mongodb")]


def needs(recording: Recording) -> Needs:
    """Return what the objects of a program need."""
    resources = tuple(recording.kubernetes())
    objects = tuple(_object(found) for found in resources)
    pods = tuple(_pod(found) for found in resources if found.kind in _WORKLOADS)
    there = {(found.kind.name, found.namespace, found.name) for found in objects}
    wanted = [reference for pod in pods for reference in _of_pod(pod)]
    wanted += [reference for found in resources if found.kind == "Ingress" for reference in _of_ingress(found)]
    missing = (one for one in wanted if (one.kind, one.namespace, one.name) not in there)
    return Needs(objects, pods, tuple(_merged(missing)), resources)


def title(kind: str, namespace: str, name: str) -> str:
    """Return an object's name for people: `Deployment librechat/ollama`."""
    return f"{kind} {namespace}/{name}" if namespace else f"{kind} {name}"


def _object(found: Resource) -> Object:
    group_version = found.type.split(":")[1]
    api_version = str(found.inputs.get("apiVersion") or group_version.removeprefix("core/"))
    return Object(Kind(api_version, found.kind), found.metadata.get("namespace", ""), found.object_name)


def _pod(found: Resource) -> Pod:
    spec = found.spec["jobTemplate"]["spec"] if found.kind == "CronJob" else found.spec
    pod = spec["template"]["spec"]
    count = int(spec.get("replicas", 1)) if found.kind in {"Deployment", "StatefulSet"} else 1
    namespace = found.metadata.get("namespace", "")
    return Pod(title(found.kind, namespace, found.object_name), namespace, count, pod_requests(pod), pod)


def pod_requests(spec: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return what the scheduler reserves for a pod: the sum of its containers, or its largest init container."""
    result: dict[str, Decimal] = {}
    for container in sequence(spec.get("containers")):
        for key, amount in _requests(container).items():
            result[key] = result.get(key, Decimal(0)) + amount
    for container in sequence(spec.get("initContainers")):
        for key, amount in _requests(container).items():
            result[key] = max(result.get(key, Decimal(0)), amount)
    return result


def _requests(container: Mapping[str, Any]) -> dict[str, Decimal]:
    resources = mapping(container.get("resources"))
    amounts = {**mapping(resources.get("limits")), **mapping(resources.get("requests"))}
    return {key: parse_quantity(str(amount)) for key, amount in amounts.items()}


def _of_pod(pod: Pod) -> Iterator[Reference]:
    """Return the references of a pod; without them it is not admitted, not scheduled, or does not start."""
    spec = pod.spec
    for key, kind in (("priorityClassName", "PriorityClass"), ("runtimeClassName", "RuntimeClass")):
        if spec.get(key):
            yield Reference(kind, "", spec[key], frozenset(), pod.owner)
    named: list[_Named] = [("Secret", entry, (".dockerconfigjson",)) for entry in spec.get("imagePullSecrets", [])]
    for container in pod.containers:
        named.extend(_of_container(container))
    for volume in spec.get("volumes", []):
        named.extend(_of_volume(volume))
    for kind, source, keys in named:
        if not source.get("optional"):
            yield Reference(kind, pod.namespace, source["name"], frozenset(keys), pod.owner)


_Named = tuple[str, Mapping[str, Any], tuple[str, ...]]
"""Kind of an object, a mapping with its `name` and whether it is `optional`, and the needed keys."""


def _of_container(container: Mapping[str, Any]) -> Iterator[_Named]:
    for variable in container.get("env", []):
        source = variable.get("valueFrom", {})
        for key, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
            if key in source:
                yield kind, source[key], (source[key]["key"],)
    for source in container.get("envFrom", []):
        for key, kind in (("secretRef", "Secret"), ("configMapRef", "ConfigMap")):
            if key in source:
                yield kind, source[key], ()


def _of_volume(volume: Mapping[str, Any]) -> Iterator[_Named]:
    for key, kind, name in (
        ("secret", "Secret", "secretName"),
        ("configMap", "ConfigMap", "name"),
        ("persistentVolumeClaim", "PersistentVolumeClaim", "claimName"),
    ):
        if key in volume:
            source = volume[key]
            keys = tuple(item["key"] for item in source.get("items", []))
            yield kind, {"name": source[name], "optional": source.get("optional")}, keys


def _of_ingress(found: Resource) -> Iterator[Reference]:
    """Return the Secrets of an Ingress that cert-manager does not create."""
    if any(key.startswith("cert-manager.io/") for key in found.metadata.get("annotations", {})):
        return
    namespace = found.metadata["namespace"]
    for entry in found.spec.get("tls", []):
        if entry.get("secretName"):
            by = title(found.kind, namespace, found.object_name)
            yield Reference("Secret", namespace, entry["secretName"], frozenset({"tls.crt", "tls.key"}), by)


def _merged(references: Iterator[Reference]) -> Iterator[Reference]:
    found: dict[tuple[str, str, str], Reference] = {}
    for one in references:
        key = (one.kind, one.namespace, one.name)
        before = found.get(key)
        keys = one.keys | (before.keys if before else frozenset[str]())
        found[key] = Reference(*key, keys, before.by if before else one.by)
    yield from (found[key] for key in sorted(found))
