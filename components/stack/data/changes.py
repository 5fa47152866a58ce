"""Refuses changes of settings that would delete data, or that a store or a volume would not survive.

Nothing here changes anything: it compares what a stack has deployed with what its settings ask for.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ... import images
from ...definition import Cause, Data, Deployed
from ...settings.findings import Finding
from ...settings.quantities import parse_quantity
from ..kubeconfig import cluster_of, kubeconfig_paths, same_cluster
from ..settings import CLUSTER, Settings, components
from .deployed import DeployedStack
from .objects import PlannedObject, data_objects


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
    for owner, data in _with_data().items():
        if not any(found.namespace in away for found in deployed.of(owner)):
            findings += _removed(owner, data, deployed, settings, wanted)
    findings += [finding for found in deployed.kind("PersistentVolumeClaim") for finding in _claim(found, wanted)]
    findings += _generated_anew(deployed, settings, wanted)
    findings += _protected_credentials(deployed, settings, wanted)
    findings += _versions(deployed, settings, wanted)
    return findings


def _with_data() -> Mapping[str, Data[Any]]:
    """Return what must not be lost of each component that holds data, by the key of its settings."""
    return {name: component.data for name, component in components().items() if component.data}


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
    deployed: DeployedStack, settings: Settings, wanted: Mapping[str, PlannedObject]
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
    owner: str, data: Data[Any], deployed: DeployedStack, settings: Settings, wanted: Mapping[str, PlannedObject]
) -> Iterator[Finding]:
    """Refuse settings that leave out what holds an application's data."""
    gone = [one for one in deployed.of(owner) if one.name not in wanted]
    if not gone or _allowed(settings, [owner]):
        return
    causes: dict[Cause, list[Deployed]] = {}
    for one in gone:
        causes.setdefault(data.cause(getattr(settings, owner), one), []).append(one)
    for cause, lost in causes.items():
        rule = f"would delete {_listed(lost)}; {cause.advice}{insist(settings, [owner])}"
        yield Finding(cause.path, cause.value, rule)


def _claim(found: Deployed, wanted: Mapping[str, PlannedObject]) -> Iterator[Finding]:
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


def _generated_anew(
    deployed: DeployedStack, settings: Settings, wanted: Mapping[str, PlannedObject]
) -> Iterator[Finding]:
    """Refuse to generate credentials for data that was made with others."""
    for owner, data in _with_data().items():
        if data.made_with is None:
            continue
        credential, reason = data.made_with
        known = credential in deployed.data or owner not in deployed.owners
        if not known and credential in wanted and not _allowed(settings, [owner]):
            rule = f"{reason}, generated ones do not fit: name that Secret again, or, {insist(settings, [owner])}"
            yield Finding(f"{owner}.existingSecret", '""', rule)


def _protected_credentials(
    deployed: DeployedStack, settings: Settings, wanted: Mapping[str, PlannedObject]
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


def _versions(deployed: DeployedStack, settings: Settings, wanted: Mapping[str, PlannedObject]) -> Iterator[Finding]:
    """Refuse a version of a store that would not open the data of the deployed one."""
    for owner, data in _with_data().items():
        name = f"{owner}-stateful-set"
        same_volume = (f"{owner}-data" in deployed.data) == (f"{owner}-data" in wanted)
        if data.upgrade_problem is None or name not in deployed.data or name not in wanted or not same_volume:
            continue
        override = getattr(settings, owner).image
        image = images.resolve(components()[owner].images[owner], settings.image_registry, override)
        before, after = images.version_of(_image(deployed.data[name])), images.version_of(image)
        problem = data.upgrade_problem(before, after) if before and after else ""
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
    if CLUSTER in settings.allow_data_loss:
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
