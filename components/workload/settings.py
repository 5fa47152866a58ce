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
    """What a container asks for and may use."""

    requests: Amounts = Amounts()
    """What the scheduler reserves."""
    limits: Amounts = Amounts()
    """What the container cannot exceed. A CPU limit throttles and is left out by default."""


def resources(cpu: str, memory: str, memory_limit: str) -> Resources:
    """Return default resources: requests of both kinds and a memory limit."""
    return Resources(requests=Amounts(cpu=cpu, memory=memory), limits=Amounts(memory=memory_limit))


class Storage(Section):
    """A PersistentVolumeClaim."""

    size: StorageQuantity = "10Gi"
    """Requested capacity. It can grow where the StorageClass allows it; a claim never shrinks."""
    storage_class_name: OptionalObjectName = ""
    """StorageClass; empty for the cluster's default one."""
    access_mode: Literal["ReadWriteOnce", "ReadWriteOncePod", "ReadWriteMany"] = "ReadWriteOnce"
    """Access mode. More than one replica needs ReadWriteMany."""
    existing_claim: OptionalObjectName = ""
    """Name of a claim that is there already and stays outside this stack; empty to create one."""


class DisruptionBudget(Section):
    """How many pods may be gone at a time while nodes are drained. It exists where more than one replica runs."""

    enabled: bool = True
    """Whether there is a PodDisruptionBudget."""
    max_unavailable: Annotated[int, Field(ge=1)] = 1
    """Pods that may be gone at a time."""


class Autoscaling(Section):
    """A HorizontalPodAutoscaler, which then has the replicas: the program sets none, and nobody finds drift in them."""

    enabled: bool = False
    """Whether there is one. It needs metrics.k8s.io in the cluster, most often by the Metrics Server."""
    min_replicas: Annotated[int, Field(ge=1, le=50)] = 2
    """Fewest pods."""
    max_replicas: Annotated[int, Field(ge=1, le=50)] = 4
    """Most pods."""
    cpu_utilization: Annotated[int, Field(ge=1, le=1000)] = 80
    """CPU use that it aims at, the average of all pods in percent of what each requests."""


class Pods(Section):
    """What is passed through to the pods of a workload."""

    labels: Labels = {}
    """Labels added to the pods."""
    annotations: Annotations = {}
    """Annotations added to the pods."""
    node_selector: Labels = {}
    """Node labels that the pods need."""
    tolerations: list[dict[str, Any]] = []
    """Tolerations as in a pod's specification, added to those that the program sets."""
    affinity: dict[str, Any] = {}
    """Affinity as in a pod's specification."""
    topology_spread_constraints: list[dict[str, Any]] = []
    """Topology spread constraints as in a pod's specification."""
    priority_class_name: OptionalObjectName = ""
    """PriorityClass; empty for the cluster's default priority."""
    termination_grace_period_seconds: Annotated[int, Field(ge=0)] = 0
    """Seconds between SIGTERM and SIGKILL; 0 for the workload's own default."""
    env_from: list[dict[str, Any]] = []
    """Secrets and ConfigMaps whose keys become environment variables, as `envFrom` of a container, for example
    `- secretRef: {name: proxy-login}`. What the program sets itself wins."""
    extra_volumes: list[dict[str, Any]] = []
    """Further volumes as in a pod's specification. The Pod Security level `restricted` admits no hostPath."""
    extra_volume_mounts: list[dict[str, Any]] = []
    """Where the main container mounts them, as in its specification."""
