"""One workload of a component, and the objects around its Deployment or StatefulSet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_kubernetes as k8s

from .. import images
from ..component import child_options, data_options, timeouts
from ..context import Context
from ..images import Image
from ..network.peers import Peer, ServerPeer
from . import manifests
from .names import name_of
from .pod import Pod
from .settings import Autoscaling, DisruptionBudget, Pods, Storage

if TYPE_CHECKING:
    from pulumi_kubernetes.core.v1 import PersistentVolumeClaimSpecArgsDict, PodSpecArgsDict
    from pulumi_kubernetes.meta.v1 import ObjectMetaArgsDict


POD_MANAGEMENT_POLICY = "Parallel"
"""Pod management policy of every StatefulSet. The default one does not replace a pod that never becomes Ready with a
corrected one; somebody would have to delete it by hand (kubernetes/kubernetes#67250)."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One workload of a component.

    Attributes:
        name: Its name. It is an address, so it never changes.
        component: Its role in the architecture, the label `app.kubernetes.io/component`.
        resource_name: Logical name of the component, the first part of its children's names.
        parent: The component.
        context: What all components share, including the namespace.
        pods_name: Label `app.kubernetes.io/name` of its pods, if a chart sets it; empty for the workload's own name.
        former_pods_name: The same label of the pods that the other method runs until these are Ready; empty if there
            are none.
    """

    name: str
    component: str
    resource_name: str
    parent: pulumi.Resource
    context: Context
    pods_name: str = ""
    former_pods_name: str = ""

    def part(self, suffix: str, component: str) -> "Workload":
        """Return a workload for a part of this one. Its names are those of this one with a suffix.

        Args:
            suffix: Last part of its names, for example `auth` for `ollama-auth`.
            component: The label `app.kubernetes.io/component`.
        """
        return Workload(
            name=f"{self.name}-{suffix}",
            component=component,
            resource_name=f"{self.resource_name}-{suffix}",
            parent=self.parent,
            context=self.context,
        )

    @property
    def namespace(self) -> pulumi.Input[str]:
        """Its namespace."""
        return self.context.namespace

    @property
    def labels(self) -> dict[str, str]:
        """Labels of each of its objects."""
        return manifests.labels(self.name, self.component, self.context.labels)

    @property
    def selector(self) -> dict[str, str]:
        """Labels that select the pods of its own Deployment or StatefulSet; they are immutable there."""
        return manifests.selector(self.name)

    @property
    def pod_selector(self) -> dict[str, str]:
        """Labels that select its pods, however they are deployed: for Services and budgets."""
        return manifests.selector(self.pods_name or self.name)

    @property
    def pods(self) -> Peer:
        """Its pods, including the former ones, for NetworkPolicies."""
        pods: Peer = {"namespace": self.namespace, "pod_labels": self.pod_selector}
        if self.former_pods_name:
            pods["former_name"] = self.former_pods_name
        return pods

    @property
    def protected(self) -> bool:
        """Whether objects that hold data are protected and outlive the stack."""
        return self.context.data_protection

    def options(self, **more: Any) -> pulumi.ResourceOptions:
        """Return the options of a child that holds no data; see `Component` for `deleted_with=None`."""
        return child_options(self.parent, **more)

    def data_options(self, **more: Any) -> pulumi.ResourceOptions:
        """Return the options of a child that holds data."""
        return data_options(self.parent, self.protected, **more)

    def metadata(
        self, name: str | None = None, annotations: Mapping[str, pulumi.Input[str]] | None = None
    ) -> "ObjectMetaArgsDict":
        """Return the metadata of an object.

        Args:
            name: Name of the object. Defaults to that of the workload.
            annotations: Its annotations. Defaults to none.
        """
        metadata: ObjectMetaArgsDict = {"name": name or self.name, "namespace": self.namespace, "labels": self.labels}
        if annotations:
            metadata["annotations"] = annotations
        return metadata

    def service_account(self) -> pulumi.Output[str]:
        """Create a service account without a token and without permissions, and return its name."""
        account = k8s.core.v1.ServiceAccount(
            f"{self.resource_name}-service-account",
            metadata=self.metadata(),
            automount_service_account_token=False,
            opts=self.options(),
        )
        return name_of(account.metadata, self.name)

    def service(self, port_name: str, port: int, depends_on: Sequence[pulumi.Resource] = ()) -> k8s.core.v1.Service:
        """Create the ClusterIP Service in front of the pods.

        Args:
            port_name: Name of the pods' port.
            port: Port of the Service.
            depends_on: What is created first.
        """
        return k8s.core.v1.Service(
            f"{self.resource_name}-service",
            metadata=self.metadata(annotations=manifests.SKIP_AWAIT),
            spec={
                "type": "ClusterIP",
                "selector": self.pod_selector,
                "ports": [{"name": port_name, "port": port, "target_port": port_name, "protocol": "TCP"}],
            },
            opts=self.options(depends_on=depends_on),
        )

    def peer(self, port: int) -> ServerPeer:
        """Return its pods as a server that answers on a port, for the NetworkPolicies of its clients."""
        return {**self.pods, "port": port}

    def stateful_set(self, pod: Pod, *, service: pulumi.Input[str], timeout_seconds: int) -> "k8s.apps.v1.StatefulSet":
        """Create the StatefulSet of a server that holds data: one pod, on a claim that is an object of its own.

        Args:
            pod: Template of the pod.
            service: Name of the Service in front of it.
            timeout_seconds: How long it may take until the pod is Ready, image pull included.
        """
        return k8s.apps.v1.StatefulSet(
            f"{self.resource_name}-stateful-set",
            metadata=self.metadata(),
            spec={
                "replicas": 1,
                "pod_management_policy": POD_MANAGEMENT_POLICY,
                "service_name": service,
                "selector": {"match_labels": self.selector},
                "template": pod.template(),
            },
            opts=self.data_options(deleted_with=None, custom_timeouts=timeouts(timeout_seconds)),
        )

    def secret(self, values: Mapping[str, pulumi.Input[str]], *, data: bool) -> pulumi.Output[str]:
        """Create the Secret of the workload's generated credentials, and return its name.

        Args:
            values: Content by key.
            data: Whether data is of no use without it, so that it is protected as the data is.
        """
        secret = k8s.core.v1.Secret(
            f"{self.resource_name}-secret",
            metadata=self.metadata(),
            type="Opaque",
            string_data=values,
            opts=self.data_options() if data else self.options(),
        )
        return name_of(secret.metadata, self.name)

    def disruption_budget(self, settings: DisruptionBudget, replicas: int) -> None:
        """Create the PodDisruptionBudget, unless there is a single pod: it would only keep its node from draining.

        Args:
            settings: Settings of the budget.
            replicas: Number of pods.
        """
        if replicas < 2 or not settings.enabled:  # noqa: PLR2004
            return
        k8s.policy.v1.PodDisruptionBudget(
            f"{self.resource_name}-disruption-budget",
            metadata=self.metadata(),
            spec={
                "max_unavailable": settings.max_unavailable,
                "selector": {"match_labels": self.pod_selector},
                # A pod that is not Ready does not block a drain.
                "unhealthy_pod_eviction_policy": "AlwaysAllow",
            },
            opts=self.options(),
        )

    def autoscaler(self, settings: Autoscaling, deployment: pulumi.Resource) -> None:
        """Create the HorizontalPodAutoscaler, if the settings enable it.

        Args:
            settings: Settings of the autoscaler.
            deployment: The Deployment, which then sets no replicas.
        """
        if not settings.enabled:
            return
        k8s.autoscaling.v2.HorizontalPodAutoscaler(
            f"{self.resource_name}-autoscaler",
            metadata=self.metadata(),
            spec={
                "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": self.name},
                "min_replicas": settings.min_replicas,
                "max_replicas": settings.max_replicas,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {"type": "Utilization", "average_utilization": settings.cpu_utilization},
                        },
                    }
                ],
            },
            opts=self.options(depends_on=[deployment]),
        )

    def volume_claim(self, name: str, storage: Storage) -> pulumi.Output[str]:
        """Create a PersistentVolumeClaim, unless the settings name an existing one, and return its name.

        It is not a claim template of a StatefulSet: so `pulumi destroy` deletes it in an environment without data
        protection, and it is never replaced together with the workload.

        Args:
            name: Name of the claim.
            storage: Settings of the claim.
        """
        if storage.existing_claim:
            return pulumi.Output.from_input(storage.existing_claim)
        spec: PersistentVolumeClaimSpecArgsDict = {
            "access_modes": [storage.access_mode],
            "resources": {"requests": {"storage": storage.size}},
        }
        if storage.storage_class_name:
            spec["storage_class_name"] = storage.storage_class_name
        claim = k8s.core.v1.PersistentVolumeClaim(
            f"{self.resource_name}-data",
            metadata=self.metadata(name, annotations=manifests.SKIP_AWAIT),
            spec=spec,
            opts=self.data_options(deleted_with=None),
        )
        return name_of(claim.metadata, name)

    def image(self, image: Image, override: pulumi.Input[str]) -> pulumi.Output[str]:
        """Return the reference of an image, on the mirror if there is one.

        Args:
            image: The pinned image.
            override: Reference that replaces it; empty for none.
        """
        registry = self.context.image_registry
        return pulumi.Output.from_input(override).apply(lambda own: images.resolve(image, registry, own))

    def pod_spec(
        self,
        pods: Pods,
        *,
        user: int,
        service_account: pulumi.Input[str],
        grace_period: int,
        tolerations: Sequence[Mapping[str, Any]] = (),
    ) -> "PodSpecArgsDict":
        """Return a pod specification of the level `restricted`, without containers and volumes.

        Args:
            pods: Settings of the pods.
            user: UID and GID of the containers.
            service_account: Name of the service account.
            grace_period: Seconds between SIGTERM and SIGKILL, unless the settings say otherwise.
            tolerations: Tolerations that the workload needs; those of the settings follow.
        """
        optional: dict[str, Any] = {
            "image_pull_secrets": [{"name": name} for name in self.context.image_pull_secrets],
            "node_selector": pods.node_selector,
            "tolerations": [*tolerations, *pods.tolerations],
            "affinity": pods.affinity,
            "topology_spread_constraints": pods.topology_spread_constraints,
            "priority_class_name": pods.priority_class_name,
        }
        spec: PodSpecArgsDict = {
            "containers": [],
            "service_account_name": service_account,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": manifests.pod_security_context(user),
            "termination_grace_period_seconds": pods.termination_grace_period_seconds or grace_period,
        }
        spec.update({key: value for key, value in optional.items() if value})  # type: ignore[typeddict-item]
        return spec

    def template_metadata(
        self, pods: Pods, annotations: Mapping[str, pulumi.Input[str]] | None = None
    ) -> "ObjectMetaArgsDict":
        """Return the metadata of the pod template.

        Args:
            pods: Settings of the pods. Their labels never replace those of the selector.
            annotations: Annotations of the program, which replace those of the settings. Defaults to none.
        """
        metadata: ObjectMetaArgsDict = {"labels": {**pods.labels, **self.labels}}
        merged = {**pods.annotations, **(annotations or {})}
        if merged:
            metadata["annotations"] = merged
        return metadata
