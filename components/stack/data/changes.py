"""Refuses changes of settings that would delete data, or that a database or a volume would not survive.

It compares what a stack has deployed with what its settings will create, and changes nothing.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import images
from ...definition import Cause, Data, Deployed
from ...settings.findings import Finding
from ...settings.quantities import parse_quantity
from ...workload.settings import Storage
from ..kubeconfig import cluster_of, kubeconfig_paths, same_cluster
from ..settings import CLUSTER, Settings, components
from .deployed import DeployedStack
from .objects import PlannedObject, data_objects


def refused_changes(
    deployed: DeployedStack, settings: Settings, environment: Mapping[str, str], project: Path
) -> list[Finding]:
    """Return the changes of data that are refused: what each would do, and how to allow it if that is possible.

    Args:
        deployed: What the stack has deployed.
        settings: The settings of the stack.
        environment: Environment variables, for the kubeconfig's path.
        project: Directory that the kubeconfig's relative path starts from.
    """
    if not deployed.data:
        return []
    update = _Update(deployed, settings, data_objects(settings))
    renamed = list(update.renamed_namespaces())
    return [
        *_other_cluster(deployed, settings, environment, project),
        *(finding for _, finding in renamed),
        *update.removed_data(ignore=frozenset(namespace for namespace, _ in renamed)),
        *update.changed_claims(),
        *update.newly_generated_credentials(),
        *update.rotated_credentials(),
        *update.incompatible_versions(),
    ]


def how_to_allow(settings: Settings, owners: Sequence[str]) -> str:
    """Return the words that tell a person how to allow a change that deletes data.

    Args:
        settings: The settings of the stack.
        owners: Components whose data would be deleted.
    """
    setting = f"set `allowDataLoss: [{', '.join(owners)}]`"
    if settings.data_protection:
        return f"to insist, set `dataProtection: false` and run `pulumi up`, then {setting}"
    return f"to insist, {setting}"


@dataclass(frozen=True)
class _Update:
    """An update of a stack, as far as it concerns data.

    Attributes:
        deployed: What the stack has deployed.
        settings: Its settings.
        planned: The data-bearing objects that the settings will create, by logical name.
    """

    deployed: DeployedStack
    settings: Settings
    planned: Mapping[str, PlannedObject]

    def renamed_namespaces(self) -> Iterator[tuple[str, Finding]]:
        """Refuse to rename a namespace. Yield its name with each finding."""
        for namespace in self.deployed.kind("Namespace"):
            new_name = self.planned[namespace.name].namespace
            if new_name == namespace.object_name:
                continue
            inside = [found for found in self.deployed.data.values() if found.namespace == namespace.object_name]
            owners = sorted({found.owner for found in inside if found.owner})
            if not self._allowed(owners):
                key = namespace.name.removesuffix("-namespace")
                path = f"namespaces.{key}" if getattr(self.settings.namespaces, key) else "namespaces.prefix"
                claims = [found for found in inside if found.kind == "PersistentVolumeClaim"]
                rule = (
                    f"a namespace cannot be renamed: {namespace.object_name} would be deleted with "
                    f"{_names(claims or inside)}; set it back, or, {how_to_allow(self.settings, owners)}"
                )
                yield namespace.object_name, Finding(path, f'"{new_name}"', rule)

    def removed_data(self, ignore: frozenset[str]) -> Iterator[Finding]:
        """Refuse settings that no longer create what holds a component's data.

        Args:
            ignore: Namespaces that are refused already; components with data in them are left out.
        """
        for owner, data in _components_with_data().items():
            if not any(found.namespace in ignore for found in self.deployed.of(owner)):
                yield from self._removed_from(owner, data)

    def _removed_from(self, owner: str, data: Data[Any]) -> Iterator[Finding]:
        removed = [found for found in self.deployed.of(owner) if found.name not in self.planned]
        if self._allowed([owner]):
            return
        by_cause: dict[Cause, list[Deployed]] = {}
        for found in removed:
            by_cause.setdefault(data.cause(getattr(self.settings, owner), found), []).append(found)
        for cause, lost in by_cause.items():
            rule = f"would delete {_names(lost)}; {cause.advice}{how_to_allow(self.settings, [owner])}"
            yield Finding(cause.path, cause.value, rule)

    def changed_claims(self) -> Iterator[Finding]:
        """Refuse what a claim cannot do: shrink, or change its StorageClass or access mode."""
        for claim in self.deployed.kind("PersistentVolumeClaim"):
            planned = self.planned.get(claim.name)
            if planned and planned.storage and planned.namespace == claim.namespace:
                yield from _changed_claim(claim, planned.storage, planned.path)

    def newly_generated_credentials(self) -> Iterator[Finding]:
        """Refuse to generate credentials for data that was created with others."""
        for owner, data in _components_with_data().items():
            if data.made_with is None or owner not in self.deployed.owners:
                continue
            credential, reason = data.made_with
            new = credential in self.planned and credential not in self.deployed.data
            if new and not self._allowed([owner]):
                how = how_to_allow(self.settings, [owner])
                rule = f"{reason}, generated ones do not fit: name that Secret again, or, {how}"
                yield Finding(f"{owner}.existingSecret", '""', rule)

    def rotated_credentials(self) -> Iterator[Finding]:
        """Refuse to replace protected credentials; the engine would refuse it too, one resource at a time."""
        rotation = self.settings.librechat.rotate_credentials_and_lose_stored_keys
        key = self.deployed.data.get("librechat-creds-key")
        if self.settings.data_protection and key and key.name in self.planned and key.rotation != rotation:
            rule = (
                "would replace CREDS_KEY and CREDS_IV, which are protected, and what they encrypted could never be "
                f"read again: set it back to {key.rotation}, or, to insist, set `dataProtection: false` with it, and "
                "protect the data again after that `pulumi up`"
            )
            yield Finding("librechat.rotateCredentialsAndLoseStoredKeys", str(rotation), rule)

    def incompatible_versions(self) -> Iterator[Finding]:
        """Refuse a version of a database that cannot open the data of the deployed one."""
        for owner, data in _components_with_data().items():
            name = f"{owner}-stateful-set"
            same_volume = (f"{owner}-data" in self.deployed.data) == (f"{owner}-data" in self.planned)
            upgrade = name in self.deployed.data and name in self.planned and same_volume
            if data.upgrade_problem is None or not upgrade:
                continue
            override = getattr(self.settings, owner).image
            image = images.resolve(components()[owner].images[owner], self.settings.image_registry, override)
            before, after = images.version_of(_image(self.deployed.data[name])), images.version_of(image)
            problem = data.upgrade_problem(before, after) if before and after else ""
            if problem:
                yield Finding(f"{owner}.image", f'"{override}"', problem)

    def _allowed(self, owners: Sequence[str]) -> bool:
        return not self.settings.data_protection and set(owners) <= set(self.settings.allow_data_loss)


def _components_with_data() -> Mapping[str, Data[Any]]:
    """Return what must not be lost of each component that holds data, by the field of its settings."""
    return {name: component.data for name, component in components().items() if component.data}


def _names(objects: Sequence[Deployed]) -> str:
    """Return the names of objects in the cluster, volumes first; logical names if none of them is there."""
    order = ("PersistentVolumeClaim", "StatefulSet", "Secret", "RandomPassword")
    chosen = [found for found in objects if found.object_name]
    chosen.sort(key=lambda found: (order.index(found.kind), found.object_name))
    shown = [f"{found.kind} {found.namespace}/{found.object_name}" for found in chosen]
    return ", ".join(shown) or ", ".join(found.name for found in objects)


def _changed_claim(claim: Deployed, storage: Storage, path: str) -> Iterator[Finding]:
    """Refuse what a claim cannot do.

    Args:
        claim: The deployed claim.
        storage: Its settings.
        path: Key path of its settings.
    """
    name = f"PersistentVolumeClaim {claim.namespace}/{claim.object_name}"
    alternative = f"for another volume create a claim, copy the files and name it in `{path}.existingClaim`"
    size = str(claim.spec.get("resources", {}).get("requests", {}).get("storage", ""))
    if size and parse_quantity(storage.size) < parse_quantity(size):
        yield Finding(f"{path}.size", f'"{storage.size}"', f"{name} has {size} and cannot shrink; {alternative}")
    requested = str(claim.asked.get("storageClassName") or "")
    # Even naming the class that the cluster chose by default is refused: the provider would replace the claim.
    if storage.storage_class_name != requested:
        current = requested or str(claim.spec.get("storageClassName") or "")
        rule = f'{name} has the StorageClass {current} and keeps it, set it back to "{requested}"; {alternative}'
        yield Finding(f"{path}.storageClassName", f'"{storage.storage_class_name}"', rule)
    modes = [str(mode) for mode in claim.spec.get("accessModes", [])]
    if modes and modes != [storage.access_mode]:
        rule = f"{name} has {', '.join(modes)} and keeps it; {alternative}"
        yield Finding(f"{path}.accessMode", f'"{storage.access_mode}"', rule)


def _image(stateful_set: Deployed) -> str:
    containers = stateful_set.spec.get("template", {}).get("spec", {}).get("containers", [])
    return str(containers[0].get("image", "")) if containers else ""


def _other_cluster(
    deployed: DeployedStack, settings: Settings, environment: Mapping[str, str], project: Path
) -> Iterator[Finding]:
    """Refuse to leave the data in one cluster behind by deploying to another one.

    The context, the kubeconfig's path and the user of the same cluster may change; the kubeconfig's entries say which
    cluster it is. If the old kubeconfig is not on this machine, a context of the same name is taken for the same
    cluster.
    """
    if CLUSTER in settings.allow_data_loss:
        return
    before = cluster_of(_provider_paths(deployed.kubeconfig, environment, project), deployed.context)
    after = cluster_of(kubeconfig_paths(settings.kubeconfig, environment, project), settings.context)
    if same_cluster(before, after) if before and after else deployed.context == settings.context:
        return
    rule = (
        f"the data of this stack is in the cluster of context `{deployed.context or '(current)'}`, and the kubeconfig "
        "does not show that this is the same one: set it back, use another stack for another cluster, or, if it is the "
        "same or its data may be left behind, set `allowDataLoss: [cluster]`"
    )
    yield Finding("context", f'"{settings.context}"', rule)


def _provider_paths(kubeconfig: str, environment: Mapping[str, str], project: Path) -> list[Path]:
    """Return the files of a kubeconfig as the provider stores it: joined as in KUBECONFIG; empty for the default."""
    paths = [Path(part) for part in kubeconfig.split(os.pathsep) if part]
    return paths or kubeconfig_paths("", environment, project)
