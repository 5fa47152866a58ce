"""Helm's record of a release: the objects that it deployed."""

import base64
import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml
from kubernetes import client

from cli.data import Properties, mapping

MANAGER = "helm"
"""Field manager of the `helm` command. Pulumi's provider, which embeds Helm, has its own."""


@dataclass(frozen=True)
class Record:
    """Helm's record of one revision of a release.

    Attributes:
        name: Name of the release.
        namespace: Namespace of the release.
        revision: Number of the revision, from 1.
        status: Helm's status, for example `deployed` or `failed`.
        chart: Name and version of the chart, for example `ollama-1.77.0`.
        manifest: The objects as YAML documents.
    """

    name: str
    namespace: str
    revision: int
    status: str
    chart: str
    manifest: str = field(repr=False)


def decode(release: str) -> Record:
    """Parse Helm's record of a revision.

    Args:
        release: Key `release` in the `data` of a Secret `sh.helm.release.v1.<name>.v<revision>`, as the API returns it:
            base64 of base64 of gzipped JSON. Source: helm/helm, pkg/storage/driver/util.go.

    Raises:
        ValueError: It is not a record of Helm.
    """
    try:
        raw = base64.b64decode(base64.b64decode(release))
        found = cast("dict[str, Any]", json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw))
        chart = found["chart"]["metadata"]
        return Record(
            name=found["name"],
            namespace=found["namespace"],
            revision=found["version"],
            status=found["info"]["status"],
            chart=f"{chart['name']}-{chart['version']}",
            manifest=found["manifest"],
        )
    except (ValueError, KeyError, TypeError, OSError, EOFError) as error:
        # The record holds the values of a release, so errors must not quote it.
        raise ValueError(f"this is no record of a Helm release ({type(error).__name__})") from None


def manifest_objects(record: Record) -> list[dict[str, Any]]:
    """Return the objects of a release's manifest."""
    return [found for found in yaml.safe_load_all(record.manifest) if found]


def as_stored(item: Properties) -> Properties:
    """Return an object of a manifest in the form in which the API server stores it.

    Of the metadata, only labels and annotations are Helm's own; the status is not. The API server encodes a Secret's
    `stringData` into its `data`.
    """
    rest = {key: value for key, value in item.items() if key not in {"metadata", "status", "stringData"}}
    metadata: Properties = mapping(item.get("metadata"))
    rest["metadata"] = {key: metadata[key] for key in ("labels", "annotations") if metadata.get(key)}
    texts: Mapping[str, Any] = mapping(item.get("stringData"))
    if texts:
        encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
        rest["data"] = {**mapping(rest.get("data")), **encoded}
    return rest


def deployed_record(api: client.ApiClient, namespace: str, name: str) -> Record:
    """Read the record of the deployed revision of a release, or of the last one if none is deployed.

    Raises:
        LookupError: The release does not exist.
    """
    found: Any = client.CoreV1Api(api).list_namespaced_secret(namespace, label_selector=f"owner=helm,name={name}")
    secrets: list[Any] = found.items
    if not secrets:
        raise LookupError(f"namespace {namespace} has no Helm release {name}")
    chosen = max(secrets, key=lambda s: (s.metadata.labels["status"] == "deployed", int(s.metadata.labels["version"])))
    return decode(chosen.data["release"])
