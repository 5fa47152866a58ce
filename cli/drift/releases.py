"""Drift of the objects in Helm releases.

A refresh does not detect it: Helm, and with it Pulumi's `Release`, only looks at Helm's own record.
"""

from collections.abc import Iterable, Iterator

from kubernetes import client

from cli.clusters import refusal_of
from cli.data import Properties
from cli.drift.compare import Subject
from cli.drift.detect import Line, Place, field_lines, missing
from cli.drift.events import Resource
from cli.drift.helm import MANAGER, as_stored, deployed_record, manifest_objects
from cli.live import LiveObjects

RELEASE = "kubernetes:helm.sh/v3:Release"

Release = tuple[str, str]
"""Namespace and name of a release."""


def deployed(resources: Iterable[Resource]) -> list[Release]:
    """Return every deployed release that stays in the program."""
    return [
        (str(found.live["namespace"]), str(found.live["name"]))
        for found in resources
        if found.type == RELEASE and found.exists and found.wanted is not None
    ]


def release_lines(api: client.ApiClient, resources: Iterable[Resource]) -> list[Line]:
    """Compare the objects of every deployed release with its manifest.

    Raises:
        LookupError: A release or one of its objects cannot be read.
        client.ApiException: The cluster does not answer.
    """
    return [line for release in deployed(resources) for line in release_drift(api, release)]


def release_drift(api: client.ApiClient, release: Release) -> list[Line]:
    """Compare the objects of a release with its deployed revision, in the order of the manifest.

    Raises:
        LookupError: The release does not exist, or an object cannot be read.
    """
    namespace, name = release
    found, objects = list[Line](), LiveObjects(api)
    for item in manifest_objects(deployed_record(api, namespace, name)):
        found += object_lines(item, _live(objects, item, namespace), release)
    return found


def object_lines(item: Properties, live: Properties | None, release: Release) -> Iterator[Line]:
    """Compare an object of a release's manifest with the live one.

    Args:
        item: The object in the manifest.
        live: The object in the cluster; None if it does not exist.
        release: Its release.
    """
    metadata = item["metadata"]
    namespace = str(metadata.get("namespace") or release[0])
    place = Place(str(item["apiVersion"]), str(item["kind"]), namespace, str(metadata["name"]))
    if live is None:
        yield missing(place, "cluster", release)
        return
    wanted = as_stored(item)
    subject = Subject(wanted=wanted, live=live, deployed=wanted, recorded=None, own=MANAGER)
    yield from field_lines(subject, place, release)


def _live(objects: LiveObjects, item: Properties, namespace: str) -> Properties | None:
    metadata = item["metadata"]
    try:
        return objects.find(item["apiVersion"], item["kind"], metadata["name"], metadata.get("namespace") or namespace)
    except client.ApiException as error:
        raise LookupError(f"{item['kind']} {metadata['name']} cannot be read: {refusal_of(error)}") from None


def rollback_commands(api: client.ApiClient, lines: Iterable[Line]) -> list[str]:
    """Return the Helm commands that revert the drift, which Pulumi does not: Helm's record has not changed.

    Raises:
        LookupError: A release no longer exists.
    """
    found = dict.fromkeys(line.release for line in lines if line.release)
    return [
        f"helm -n {namespace} rollback {name} {deployed_record(api, namespace, name).revision}"
        for namespace, name in found
    ]
