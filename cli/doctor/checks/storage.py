"""Is there a StorageClass for each claim?"""

from collections.abc import Iterator

from cli.doctor.diagnosis import Diagnosis, ok
from cli.doctor.facts import Facts
from cli.doctor.needs import Needs


def storage_classes(needs: Needs, facts: Facts) -> Iterator[Diagnosis]:
    """Does the StorageClass that each claim names exist, or a default one?"""
    claims: dict[str, list[str]] = {}
    for claim in needs.all("PersistentVolumeClaim"):
        claims.setdefault(claim.spec.get("storageClassName", ""), []).append(claim.object_name)
    if not claims:
        return
    if facts.storage_classes is None:
        yield Diagnosis(
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
        found = known.get(name) if name else next(iter(defaults), None)
        label = f"StorageClass {name}" if name else "a default StorageClass"
        if found is None:
            yield Diagnosis(
                "error",
                "storage",
                f"{label} is not there; there are: {', '.join(known) or 'none'}",
                f"the claims {', '.join(wanting)} stay Pending, and `up` fails when their pods do not come up",
                "create it, or name one that is there in `storage.storageClassName` of each application",
            )
            continue
        yield ok("storage", f"StorageClass {found.name}{'' if name else ' (the default)'} for {', '.join(wanting)}")
        if not found.expands:
            yield Diagnosis(
                "warning",
                "storage",
                f"StorageClass {found.name} does not let volumes grow",
                f"a larger `storage.size` is refused later for {', '.join(wanting)}",
                "set `allowVolumeExpansion: true` in the StorageClass if its driver can, or plan the sizes now",
            )
    if "" in claims and len(defaults) > 1:
        yield Diagnosis(
            "warning",
            "storage",
            f"there are {len(defaults)} default StorageClasses: {', '.join(found.name for found in defaults)}",
            "Kubernetes takes the newest one, which another installation may change",
            "leave one of them the default, or set `storage.storageClassName`",
        )
