"""Rules on data: it is protected in production, and a volume is mounted by one pod at a time."""

from collections.abc import Iterator, Mapping, Sequence

from .pods import containers, pod_spec, resources_of
from .rule import Resource, StackRule, mapping, sequence

DEVELOPMENT = "development"
"""Value of the label `env` for which data need not be protected."""

HOLDERS = {"PersistentVolumeClaim", "StatefulSet"}
GENERATED = {"random:index/randomPassword:RandomPassword", "random:index/randomBytes:RandomBytes"}
ONE_NODE = {"ReadWriteOnce", "ReadWriteOncePod"}


def _depends(resources: Sequence[Resource]) -> bool:
    environments = {str(resource.labels["env"]) for resource in resources if resource.labels.get("env")}
    return bool(environments - {DEVELOPMENT})


def _protected(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    if not _depends(resources):
        return
    for resource in resources:
        # A credential with keepers is meant to be replaced.
        generated = resource.type in GENERATED and not resource.props.get("keepers")
        holds = generated or (resource.is_kubernetes and resource.kind in HOLDERS)
        if holds and not resource.protect:
            yield resource, "it holds data and is not protected. Set `dataProtection: true`, or the option protect."


def _claims(resource: Resource) -> Iterator[str]:
    for volume in map(mapping, sequence((pod_spec(resource) or {}).get("volumes"))):
        name = mapping(volume.get("persistentVolumeClaim")).get("claimName")
        if name:
            yield str(name)


def _has_gpu(resource: Resource) -> bool:
    return any("gpu" in name for box in containers(resource) for name in _amounts(box))


def _amounts(container: Mapping[str, object]) -> set[str]:
    return {str(name) for name in (*resources_of(container, "limits"), *resources_of(container, "requests"))}


def _one_holder(resources: Sequence[Resource]) -> Iterator[tuple[Resource, str]]:
    single = {
        (resource.namespace, resource.object_name)
        for resource in resources
        if resource.type == "kubernetes:core/v1:PersistentVolumeClaim"
        and set(sequence(resource.spec.get("accessModes"))) <= ONE_NODE
    }
    holders: dict[tuple[str, str], Resource] = {}
    for resource in (found for found in resources if _has_gpu(found)):
        for claim in sorted(set(_claims(resource))):
            key = (resource.namespace, claim)
            if key not in single:
                continue
            if key in holders:
                yield (
                    resource,
                    f"its volume {claim} can be on one node, and {holders[key].object_name} holds it with a GPU.",
                )
            holders[key] = resource
            replicas = resource.spec.get("replicas", 1)
            if isinstance(replicas, (int, float)) and replicas > 1:
                yield resource, f"its volume {claim} can be on one node, and it has {int(replicas)} replicas. Use one."
            if resource.kind == "Deployment" and mapping(resource.spec.get("strategy")).get("type") != "Recreate":
                yield (
                    resource,
                    f"new pods would wait for the volume {claim} and a second GPU. Choose the strategy Recreate.",
                )


DATA_PROTECTED = StackRule(
    "data-protected", "Outside of development, what holds data is protected from deletion.", _protected
)
ONE_GPU_HOLDER = StackRule(
    "one-gpu-holder",
    "A volume that can be on one node only has one pod with a GPU, also during a rollout.",
    _one_holder,
)
