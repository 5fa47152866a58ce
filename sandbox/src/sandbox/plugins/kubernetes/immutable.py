"""Fields that Kubernetes does not allow to change: a new value requires a replacement.

The list is the official provider's, for the API versions that are still served.
"""

from sandbox.plugins.values import Value, is_list, is_object

Path = tuple[str | int, ...]
"""Path of a value: keys and list indexes from the root of the object."""

IDENTITY = ("metadata.name", "metadata.namespace")
"""Fields that identify an object; immutable in every kind."""

_POD_SPEC = (
    *(
        "affinity",
        "automountServiceAccountToken",
        "dnsConfig",
        "dnsPolicy",
        "enableServiceLinks",
        "hostAliases",
    ),
    *(
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostname",
        "imagePullSecrets",
        "nodeName",
        "nodeSelector",
        "overhead",
    ),
    *(
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "readinessGates",
        "restartPolicy",
        "runtimeClassName",
    ),
    *("schedulerName", "securityContext", "serviceAccount", "serviceAccountName", "shareProcessNamespace"),
    *("subdomain", "terminationGracePeriodSeconds", "volumes"),
)
_CONTAINER = (
    *("args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports"),
    *("readinessProbe", "resources", "securityContext", "stdin", "stdinOnce", "terminationMessagePath"),
    *("terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir"),
)
_VOLUME_SOURCES = (
    *(
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "csi",
        "fc",
        "flexVolume",
        "flocker",
    ),
    *("gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk"),
    *("portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"),
)

_FIELDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "PersistentVolume"): tuple(f"spec.{source}" for source in _VOLUME_SOURCES),
    ("", "PersistentVolumeClaim"): (
        *("spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"),
    ),
    ("", "Pod"): (
        *(f"spec.{field}" for field in _POD_SPEC),
        *(f"spec.containers.*.{field}" for field in _CONTAINER),
        *(f"spec.initContainers.*.{field}" for field in _CONTAINER),
    ),
    ("", "ResourceQuota"): ("spec.scopes",),
    ("", "Secret"): ("type",),
    ("", "Service"): ("spec.clusterIP",),
    ("apps", "DaemonSet"): ("spec.selector",),
    ("apps", "Deployment"): ("spec.selector",),
    ("apps", "StatefulSet"): (
        *("spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName"),
        "spec.volumeClaimTemplates",
    ),
    ("batch", "Job"): ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): ("roleRef",),
    ("rbac.authorization.k8s.io", "RoleBinding"): ("roleRef",),
    ("storage.k8s.io", "StorageClass"): ("parameters", "provisioner"),
}


def immutable_fields(obj: dict[str, Value], *, config_map_mutable: bool, secret_mutable: bool) -> tuple[str, ...]:
    """Return the fields whose change requires a replacement, as dotted paths; ``*`` is any list index.

    Args:
        obj: The wanted object.
        config_map_mutable: Provider option ``enableConfigMapMutable``. Without it, data of a ConfigMap is
            immutable.
        secret_mutable: Provider option ``enableSecretMutable``. Without it, data of a Secret is immutable.
    """
    group = obj.get("apiVersion", "").rpartition("/")[0]
    kind = obj.get("kind", "")
    fields = (*IDENTITY, *_FIELDS.get((group, kind), ()))
    sealed = obj.get("immutable") is True
    if (group, kind) == ("", "Secret") and (sealed or not secret_mutable):
        return (*fields, "stringData", "data")
    if (group, kind) == ("", "ConfigMap") and (sealed or not config_map_mutable):
        return (*fields, "binaryData", "data")
    return fields


def needs_replacement(path: Path, value: Value, fields: tuple[str, ...]) -> bool:
    """Return whether a change touches an immutable field.

    Args:
        path: Path of the change.
        value: The new value there; a whole subtree if it was absent before.
        fields: Result of :func:`immutable_fields`.
    """
    return any(_touches(path, value, tuple(field.split("."))) for field in fields)


def _touches(path: Path, value: Value, field: tuple[str, ...]) -> bool:
    for step, name in zip(path, field, strict=False):
        if step != name and not (name == "*" and isinstance(step, int)):
            return False
    return _contains(value, field[len(path) :])


def _contains(value: Value, rest: tuple[str, ...]) -> bool:
    if not rest:
        return True
    if rest[0] == "*":
        return is_list(value) and any(_contains(item, rest[1:]) for item in value)
    return is_object(value) and rest[0] in value and _contains(value[rest[0]], rest[1:])
