"""Settings that several workloads share."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from ..settings.base import Section
from ..settings.quantities import parse_quantity
from ..settings.types import Annotations, Labels, OptionalBytes, OptionalObjectName, OptionalQuantity, StorageQuantity

Port = Annotated[int, Field(ge=1, le=65535)]
Seconds = Annotated[int, Field(ge=1)]


class Amounts(Section):
    """CPU and memory of a container."""

    cpu: OptionalQuantity = ""
    """CPU in cores, for example `500m` or `2`; empty for none."""
    memory: OptionalBytes = ""
    """Memory, for example `512Mi` or `4Gi`; empty for none."""

    def mapping(self) -> dict[str, str]:
        """Return the amounts that are set, as a container's `requests` or `limits`."""
        return {key: value for key, value in (("cpu", self.cpu), ("memory", self.memory)) if value}

    def lacking(self, own: "Amounts") -> "Amounts":
        """Return the amounts that `own` does not set."""
        return Amounts(**{name: amount for name, amount in self.mapping().items() if not getattr(own, name)})

    def above(self, limits: "Amounts") -> Iterator[tuple[str, str, str]]:
        """Yield the name, request and limit of each of these requests that exceeds its limit.

        Outputs are skipped, because their values are not known yet.
        """
        for name in ("cpu", "memory"):
            request, limit = getattr(self, name), getattr(limits, name)
            known = isinstance(request, str) and isinstance(limit, str) and request and limit
            if known and parse_quantity(limit) < parse_quantity(request):
                yield name, request, limit


class Resources(Section):
    """Resource requests and limits of a container."""

    requests: Amounts = Amounts()
    """CPU and memory that the scheduler reserves."""
    limits: Amounts = Amounts()
    """CPU and memory that the container cannot exceed. There is no CPU limit by default, because it throttles."""


def resources(cpu: str, memory: str, memory_limit: str) -> Resources:
    """Return default resources: requests of both kinds and a memory limit."""
    return Resources(requests=Amounts(cpu=cpu, memory=memory), limits=Amounts(memory=memory_limit))


class Storage(Section):
    """A PersistentVolumeClaim."""

    size: StorageQuantity = "10Gi"
    """Requested capacity. You can increase it if the StorageClass allows expansion, but never decrease it."""
    storage_class_name: OptionalObjectName = ""
    """StorageClass; empty for the cluster's default one."""
    access_mode: Literal["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"] = "ReadWriteOnce"
    """Access mode. More than one replica needs ReadWriteMany."""
    existing_claim: OptionalObjectName = ""
    """Existing claim, which this stack does not manage; empty to create one."""


class DisruptionBudget(Section):
    """A PodDisruptionBudget, which limits how many pods a node drain evicts at a time. Needs more than one replica."""

    enabled: bool = True
    """Whether to create a PodDisruptionBudget."""
    max_unavailable: Annotated[int, Field(ge=1)] = 1
    """Number of pods that may be unavailable at a time."""


class Autoscaling(Section):
    """A HorizontalPodAutoscaler. It sets the number of replicas, which the program and `make drift` then ignore."""

    enabled: bool = False
    """Whether to create the autoscaler. It needs the API metrics.k8s.io, usually served by the Metrics Server."""
    min_replicas: Annotated[int, Field(ge=1, le=50)] = 2
    """Minimum number of pods."""
    max_replicas: Annotated[int, Field(ge=1, le=50)] = 4
    """Maximum number of pods."""
    cpu_utilization: Annotated[int, Field(ge=1, le=1000)] = 80
    """Target CPU utilization: average of all pods, in percent of their CPU requests."""


class Pods(Section):
    """Fields passed to the pods of a workload."""

    labels: Labels = {}
    """Labels added to the pods."""
    annotations: Annotations = {}
    """Annotations added to the pods."""
    node_selector: Labels = {}
    """Labels that a node must have to run the pods."""
    tolerations: list[dict[str, Any]] = []
    """Tolerations as in a pod's spec, added to those that the program sets."""
    affinity: dict[str, Any] = {}
    """Affinity as in a pod's spec."""
    topology_spread_constraints: list[dict[str, Any]] = []
    """Topology spread constraints as in a pod's spec."""
    priority_class_name: OptionalObjectName = ""
    """PriorityClass; empty for the cluster's default priority."""
    termination_grace_period_seconds: Annotated[int, Field(ge=0)] = 0
    """Seconds between SIGTERM and SIGKILL; 0 for the workload's default."""
    env_from: list[dict[str, Any]] = []
    """Secrets and ConfigMaps whose keys become environment variables, as in a container's `envFrom`, for example
    `- secretRef: {name: proxy-login}`. The program's own variables take precedence."""
    extra_volumes: list[dict[str, Any]] = []
    """Additional volumes as in a pod's spec. The Pod Security level `restricted` allows no hostPath volumes."""
    extra_volume_mounts: list[dict[str, Any]] = []
    """Where the main container mounts these volumes, as in a container's `volumeMounts`."""
