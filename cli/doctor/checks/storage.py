"""Checks that each claim has a StorageClass, and that pods can write to its volumes."""

from collections.abc import Iterator, Mapping, Sequence

from cli.doctor.diagnosis import diagnosis, ok
from cli.doctor.facts import Facts, StorageClass
from cli.doctor.needs import Needs
from components.settings.findings import Finding

_ROOT_ONLY = {"kubernetes.io/host-path": "it makes directories with mode 0750 that belong to root"}
"""Provisioners whose volumes ignore `fsGroup` and are writable only by root.

Most other hostPath provisioners ignore `fsGroup` as well, but create directories with mode 0777: those of minikube,
MicroK8s, local-path (k3s, kind) and the NFS subdir provisioner by their sources.
Source: kubernetes/kubernetes, pkg/volume/hostpath/host_path.go, Provision.
"""
_DENIED = "no container runs as root, so Ollama ends with `mkdir /models/blobs: permission denied`"
_REMEDY = "let the group of the pods write to each volume (docs/data.md says how), or name another class in"
_CLASS_SETTING = "`storage.storageClassName`"


def storage_classes(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that the StorageClass of each claim, or a default one, exists."""
    claims = _claims(needs)
    if not claims:
        return
    if facts.storage_classes is None:
        yield diagnosis(
            "unknown",
            "storage",
            "the user may not list StorageClasses",
            "without one, claims stay Pending and no pod with a volume starts",
            "let the user list storageclasses.storage.k8s.io",
        )
        return
    known = {found.name: found for found in facts.storage_classes}
    defaults = [found for found in facts.storage_classes if found.default]
    for name, wanting in claims.items():
        found = _class_of(name, facts.storage_classes)
        label = f"StorageClass {name}" if name else "a default StorageClass"
        if found is None:
            yield diagnosis(
                "error",
                "storage",
                f"{label} does not exist; existing ones: {', '.join(known) or 'none'}",
                f"the claims {', '.join(wanting)} stay Pending, and `up` fails when their pods do not come up",
                "create it, or set `storage.storageClassName` of each application to an existing one",
            )
            continue
        yield ok("storage", f"StorageClass {found.name}{'' if name else ' (the default)'} for {', '.join(wanting)}")
        if not found.expands:
            yield diagnosis(
                "warning",
                "storage",
                f"StorageClass {found.name} does not let volumes grow",
                f"a larger `storage.size` is refused later for {', '.join(wanting)}",
                "set `allowVolumeExpansion: true` in the StorageClass if its driver can, or plan the sizes now",
            )
    if "" in claims and len(defaults) > 1:
        yield diagnosis(
            "warning",
            "storage",
            f"there are {len(defaults)} default StorageClasses: {', '.join(found.name for found in defaults)}",
            "Kubernetes takes the newest one, which another installation may change",
            "leave one of them the default, or set `storage.storageClassName`",
        )


def fs_group(needs: Needs, facts: Facts) -> Iterator[Finding]:
    """Check that pods that do not run as root can write to the volumes of each StorageClass."""
    for name, wanting in _claims(needs).items():
        found = _class_of(name, facts.storage_classes or ())
        if found is None:
            continue
        label = f"the volumes of StorageClass {found.name} for {', '.join(wanting)} ignore `fsGroup`"
        if found.provisioner in _ROOT_ONLY:
            yield diagnosis(
                "warning",
                "storage",
                f"{label}: its provisioner is {found.provisioner}, and {_ROOT_ONLY[found.provisioner]}",
                _DENIED,
                f"{_REMEDY} {_CLASS_SETTING}",
            )
        elif facts.fs_group_policies is None:
            yield diagnosis(
                "unknown",
                "storage",
                f"the user may not list CSIDrivers, so whether {found.provisioner} follows `fsGroup` is not known",
                f"where it does not and only root may write to its volumes, {_DENIED}",
                "let the user list csidrivers.storage.k8s.io, or look: "
                f"`kubectl get csidriver {found.provisioner} -o yaml` has `fsGroupPolicy`",
            )
        elif facts.fs_group_policies.get(found.provisioner) == "None":
            yield diagnosis(
                "warning",
                "storage",
                f"{label}: the CSIDriver {found.provisioner} has `fsGroupPolicy: None`",
                f"where only root may write to them, {_DENIED}",
                f"{_REMEDY} {_CLASS_SETTING}; nothing is to do where the driver makes volumes that all may write to",
            )


def _claims(needs: Needs) -> Mapping[str, Sequence[str]]:
    """Return the names of the claims by StorageClass; the key is empty for the default one."""
    claims: dict[str, list[str]] = {}
    for claim in needs.all("PersistentVolumeClaim"):
        claims.setdefault(claim.spec.get("storageClassName", ""), []).append(claim.object_name)
    return claims


def _class_of(name: str, classes: Sequence[StorageClass]) -> StorageClass | None:
    """Return the StorageClass with a name, or the first default one if the name is empty."""
    return next((found for found in classes if (found.name == name if name else found.default)), None)
