"""Refuses changes of settings that would delete data, or that a store or a volume would not survive.

Nothing here changes anything: it compares what a stack has deployed with what its settings ask for.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from ... import images
from ...ollama.settings import server_path
from ...settings.findings import Finding
from ...settings.types import parse_quantity
from ..kubeconfig import cluster_of, kubeconfig_paths, same_cluster
from ..settings import Settings
from .deployed import OWNERS, Deployed, DeployedStack, Owner
from .objects import Wanted, data_objects
from .versions import Version, meilisearch_problem, mongodb_problem, version_of


def refused(
    deployed: DeployedStack, settings: Settings, environment: Mapping[str, str], project: Path
) -> list[Finding]:
    """Give every change that is refused: what it would do, and how to insist where that is possible.

    environment: the environment variables, for the kubeconfig's path.
    project: directory that the kubeconfig's relative path starts from.
    """
    if not deployed.data:
        return []
    wanted = data_objects(settings)
    moved = list(_moved_namespaces(deployed, settings, wanted))
    findings = [*_other_cluster(deployed, settings, environment, project), *(finding for _, finding in moved)]
    away = {space for space, _ in moved}
    for owner in OWNERS:
        if not any(found.namespace in away for found in deployed.of(owner)):
            findings += _removed(owner, deployed, settings, wanted)
    findings += [finding for found in deployed.kind("PersistentVolumeClaim") for finding in _claim(found, wanted)]
    findings += _generated_anew(deployed, settings, wanted)
    findings += _protected_credentials(deployed, settings, wanted)
    findings += _versions(deployed, settings, wanted)
    return findings


def insist(settings: Settings, owners: Sequence[str]) -> str:
    """Say how to insist on a change that deletes data.

    owners: what `allowDataLoss` has to name.
    """
    how = f"set `allowDataLoss: [{', '.join(owners)}]`"
    if settings.data_protection:
        return f"to insist, set `dataProtection: false` and run `pulumi up`, then {how}"
    return f"to insist, {how}"


def _allowed(settings: Settings, owners: Sequence[str]) -> bool:
    return not settings.data_protection and set(owners) <= set(settings.allow_data_loss)


def _listed(found: Sequence[Deployed]) -> str:
    """Write objects for a person, volumes first."""
    order = ("PersistentVolumeClaim", "StatefulSet", "Secret", "RandomPassword")
    chosen = sorted((one for one in found if one.object_name), key=lambda one: (order.index(one.kind), one.object_name))
    shown = [f"{one.kind} {one.namespace}/{one.object_name}" for one in chosen]
    return ", ".join(shown) or ", ".join(one.name for one in found)


def _moved_namespaces(
    deployed: DeployedStack, settings: Settings, wanted: Mapping[str, Wanted]
) -> Iterator[tuple[str, Finding]]:
    for space in deployed.kind("Namespace"):
        new = wanted[space.name].namespace
        if new == space.object_name:
            continue
        inside = [one for one in deployed.data.values() if one.namespace == space.object_name]
        owners = sorted({one.owner for one in inside if one.owner})
        if not _allowed(settings, owners):
            key = space.name.removesuffix("-namespace")
            path = f"namespaces.{key}" if getattr(settings.namespaces, key) else "namespaces.prefix"
            claims = [one for one in inside if one.kind == "PersistentVolumeClaim"]
            rule = (
                f"a namespace cannot be renamed: {space.object_name} would be deleted with "
                f"{_listed(claims or inside)}; set it back, or, {insist(settings, owners)}"
            )
            yield space.object_name, Finding(path, f'"{new}"', rule)


def _removed(
    owner: Owner, deployed: DeployedStack, settings: Settings, wanted: Mapping[str, Wanted]
) -> Iterator[Finding]:
    """Refuse settings that leave out what holds an application's data."""
    gone = [one for one in deployed.of(owner) if one.name not in wanted]
    if not gone or _allowed(settings, [owner]):
        return
    causes: dict[tuple[str, str], list[Deployed]] = {}
    for one in gone:
        causes.setdefault(_CAUSES[owner](settings, one), []).append(one)
    for (path, value), lost in causes.items():
        yield Finding(path, value, f"would delete {_listed(lost)}; {_before(path)}{insist(settings, [owner])}")


def _left_out(owner: Owner, settings: Settings, gone: Deployed) -> tuple[str, str]:
    """Give key path and value of the existing claim or Secret that takes the place of an object."""
    section = getattr(settings, owner)
    if gone.kind == "PersistentVolumeClaim":
        return f"{owner}.storage.existingClaim", f'"{section.storage.existing_claim}"'
    return f"{owner}.existingSecret", f'"{section.existing_secret}"'


def _cause_in_ollama(settings: Settings, claim: Deployed) -> tuple[str, str]:
    """Give key path and value of what leaves out the claim of a server: its pool is gone, or names another claim."""
    pool = claim.name.removeprefix("ollama").removesuffix("data").strip("-")
    if pool and pool not in settings.ollama.pools:
        return server_path(pool), ""
    return f"{server_path(pool)}.storage.existingClaim", f'"{settings.ollama.servers()[pool].storage.existing_claim}"'


def _cause_in_librechat(settings: Settings, gone: Deployed) -> tuple[str, str]:
    if gone.kind == "PersistentVolumeClaim" and settings.librechat.files.strategy == "s3":
        return "librechat.files.strategy", '"s3"'
    return _left_out("librechat", settings, gone)


def _cause_in_mongodb(settings: Settings, gone: Deployed) -> tuple[str, str]:
    if settings.mongodb.is_external:
        return "mongodb.external", ""
    archives = gone.kind == "PersistentVolumeClaim" or not settings.mongodb.backup.enabled
    if gone.name.startswith("mongodb-backup-") and archives:
        return _cause_of_backups(settings)
    return _left_out("mongodb", settings, gone)


def _cause_in_meilisearch(settings: Settings, gone: Deployed) -> tuple[str, str]:
    own = settings.meilisearch
    if not own.enabled:
        return "meilisearch.enabled", "false"
    if own.external.url:
        return "meilisearch.external.url", f'"{own.external.url}"'
    return _left_out("meilisearch", settings, gone)


def _cause_of_backups(settings: Settings) -> tuple[str, str]:
    """Give key path and value of the setting that leaves out the archives, or the user that makes them."""
    backup = settings.mongodb.backup
    if not backup.enabled:
        return "mongodb.backup.enabled", "false"
    if backup.s3.bucket:
        return "mongodb.backup.s3.bucket", f'"{backup.s3.bucket}"'
    return "mongodb.backup.storage.existingClaim", f'"{backup.storage.existing_claim}"'


_CAUSES: dict[Owner, Callable[[Settings, Deployed], tuple[str, str]]] = {
    "ollama": _cause_in_ollama,
    "librechat": _cause_in_librechat,
    "mongodb": _cause_in_mongodb,
    "meilisearch": _cause_in_meilisearch,
}
"""What gives key path and value of the setting that leaves out what holds an application's data."""

_BEFORE: tuple[tuple[str, str, str], ...] = (
    ("mongodb.backup", "", "copy the archives elsewhere first; "),
    ("mongodb.external", "", "copy the database there first (mongodump, mongorestore); "),
    ("librechat.files", "", "uploads and images of before stay on that volume and would be lost; "),
    ("", ".existingClaim", "copy the files to that claim first; "),
    (
        "",
        ".existingSecret",
        "copy the credentials into that Secret first, what is stored is encrypted or opened with them; ",
    ),
    ("ollama.pools", "", "its models would have to be pulled again; "),
    ("meilisearch", "", "the index is derived from MongoDB and is built again when search is back; "),
)
"""Beginning and end of a key path, and what a person does before such a change leaves data behind."""


def _before(path: str) -> str:
    return next((text for head, tail, text in _BEFORE if path.startswith(head) and path.endswith(tail)), "")


def _claim(found: Deployed, wanted: Mapping[str, Wanted]) -> Iterator[Finding]:
    """Refuse what a claim does not do: shrink, or change its StorageClass or access mode."""
    new = wanted.get(found.name)
    if new is None or new.storage is None or new.namespace != found.namespace:
        return
    storage, path = new.storage, new.path
    name = f"PersistentVolumeClaim {found.namespace}/{found.object_name}"
    other = f"for another volume create a claim, copy the files and name it in `{path}.existingClaim`"
    size = str(found.spec.get("resources", {}).get("requests", {}).get("storage", ""))
    if size and parse_quantity(storage.size) < parse_quantity(size):
        yield Finding(f"{path}.size", f'"{storage.size}"', f"{name} has {size} and cannot shrink; {other}")
    asked = str(found.asked.get("storageClassName") or "")
    # Not even the class that the cluster chose by itself can be named now: the provider would replace the claim.
    if storage.storage_class_name != asked:
        current = asked or str(found.spec.get("storageClassName") or "")
        rule = f'{name} has the StorageClass {current} and keeps it, set it back to "{asked}"; {other}'
        yield Finding(f"{path}.storageClassName", f'"{storage.storage_class_name}"', rule)
    modes = [str(mode) for mode in found.spec.get("accessModes", [])]
    if modes and modes != [storage.access_mode]:
        rule = f"{name} has {', '.join(modes)} and keeps it; {other}"
        yield Finding(f"{path}.accessMode", f'"{storage.access_mode}"', rule)


def _generated_anew(deployed: DeployedStack, settings: Settings, wanted: Mapping[str, Wanted]) -> Iterator[Finding]:
    """Refuse to generate credentials for data that was made with others."""
    reasons: dict[Owner, tuple[str, str]] = {
        "mongodb": ("mongodb-password", "the database was made with the passwords of an existing Secret"),
        "librechat": ("librechat-creds-key", "what is stored was encrypted with the CREDS_KEY of an existing Secret"),
    }
    for owner, (credential, reason) in reasons.items():
        known = credential in deployed.data or owner not in deployed.owners
        if not known and credential in wanted and not _allowed(settings, [owner]):
            rule = f"{reason}, generated ones do not fit: name that Secret again, or, {insist(settings, [owner])}"
            yield Finding(f"{owner}.existingSecret", '""', rule)


def _protected_credentials(
    deployed: DeployedStack, settings: Settings, wanted: Mapping[str, Wanted]
) -> Iterator[Finding]:
    """Refuse to replace what is protected by another setting: the engine would, one resource at a time."""
    asked = settings.librechat.rotate_credentials_and_lose_stored_keys
    key = deployed.data.get("librechat-creds-key")
    if settings.data_protection and key and key.name in wanted and key.rotation != asked:
        rule = (
            "would replace CREDS_KEY and CREDS_IV, which are protected, and what they encrypted could never be read "
            f"again: set it back to {key.rotation}, or, to insist, set `dataProtection: false` with it, and protect "
            "the data again after that `pulumi up`"
        )
        yield Finding("librechat.rotateCredentialsAndLoseStoredKeys", str(asked), rule)


_STORES: dict[Owner, Callable[[Version, Version], str]] = {
    "mongodb": mongodb_problem,
    "meilisearch": meilisearch_problem,
}


def _versions(deployed: DeployedStack, settings: Settings, wanted: Mapping[str, Wanted]) -> Iterator[Finding]:
    """Refuse a version of a store that would not open the data of the deployed one."""
    for owner, problem_of in _STORES.items():
        name = f"{owner}-stateful-set"
        same_volume = (f"{owner}-data" in deployed.data) == (f"{owner}-data" in wanted)
        if name not in deployed.data or name not in wanted or not same_volume:
            continue
        override = getattr(settings, owner).image
        image = images.resolve(owner, settings.image_registry, override)
        before, after = version_of(_image(deployed.data[name])), version_of(image)
        problem = problem_of(before, after) if before and after else ""
        if problem:
            yield Finding(f"{owner}.image", f'"{override}"', problem)


def _image(stateful_set: Deployed) -> str:
    containers = stateful_set.spec.get("template", {}).get("spec", {}).get("containers", [])
    return str(containers[0].get("image", "")) if containers else ""


def _other_cluster(
    deployed: DeployedStack, settings: Settings, environment: Mapping[str, str], project: Path
) -> Iterator[Finding]:
    """Refuse to forget the data in one cluster by deploying to another one.

    The same cluster may get another name, path or user; which cluster it is, its entry in the kubeconfig says. Where
    the old kubeconfig is not on this machine, a context of the same name is taken for the same cluster.
    """
    if "cluster" in settings.allow_data_loss:
        return
    before = cluster_of(_listed_paths(deployed.kubeconfig, environment, project), deployed.context)
    after = cluster_of(kubeconfig_paths(settings.kubeconfig, environment, project), settings.context)
    if same_cluster(before, after) if before and after else deployed.context == settings.context:
        return
    rule = (
        f"the data of this stack is in the cluster of context `{deployed.context or '(current)'}`, and the kubeconfig "
        "does not show that this is the same one: set it back, use another stack for another cluster, or, if it is the "
        "same or its data may be left behind, set `allowDataLoss: [cluster]`"
    )
    yield Finding("context", f'"{settings.context}"', rule)


def _listed_paths(kubeconfig: str, environment: Mapping[str, str], project: Path) -> list[Path]:
    """Give the files of a kubeconfig as the provider has it: joined as in KUBECONFIG."""
    listed = [Path(part) for part in kubeconfig.split(os.pathsep) if part]
    return listed or kubeconfig_paths("", environment, project)
