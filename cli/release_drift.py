"""Drift of a Helm release: what its manifest says, beside the live objects.

Helm, and with it a refresh of Pulumi's `Release`, looks at its own record only. Everything here is pure but
`release_drift`, which reads the record and the objects.
"""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml
from kubernetes import client, dynamic
from kubernetes.client.exceptions import ApiException
from kubernetes.dynamic.exceptions import NotFoundError, ResourceNotFoundError

from components.settings.types import parse_quantity

HIDDEN = "[secret]"
"""Stands for the content of a Secret."""

_LIST_KEYS = ("name", "containerPort", "mountPath", "key", "ip", "host", "path")
"""Fields by which entries of lists belong together, the first that all of them have."""


@dataclass(frozen=True)
class Record:
    """What Helm remembers of one revision of a release.

    name, namespace: of the release.
    revision: number of the revision, from 1.
    status: Helm's word for it, for example `deployed` or `failed`.
    chart: name and version of the chart, as in `ollama-1.77.0`.
    manifest: the objects as YAML documents.
    """

    name: str
    namespace: str
    revision: int
    status: str
    chart: str
    manifest: str = field(repr=False)


@dataclass(frozen=True)
class Difference:
    """One difference between a release and the cluster.

    api_version, kind, namespace, name: the object; the namespace is empty for an object outside of namespaces.
    path: the field, for example `spec.replicas`; empty where the whole object is missing.
    wanted: what the release's manifest says.
    found: what the cluster has; None for nothing.
    """

    api_version: str
    kind: str
    namespace: str
    name: str
    path: str
    wanted: Any
    found: Any

    def __str__(self) -> str:
        """One line for a person."""
        where = f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"
        if not self.path:
            return f"{where}: is missing"
        return f"{where}: {self.path} is {_shown(self.found)}, the release says {_shown(self.wanted)}"


def _shown(value: Any) -> str:
    return "not set" if value is None else value if value == HIDDEN else json.dumps(value)


def decode(release: str) -> Record:
    """Read Helm's record of a revision.

    release: the key `release` in the `data` of a Secret `sh.helm.release.v1.<name>.v<revision>`, as the API gives it:
        base64 of base64 of gzipped JSON. Source: helm/helm, pkg/storage/driver/util.go.

    Raises ValueError when it is none.
    """
    try:
        raw = base64.b64decode(base64.b64decode(release))
        found: Any = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)
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
        # The record holds the values of a release: nothing of it is quoted.
        raise ValueError(f"this is no record of a Helm release ({type(error).__name__})") from None


def manifest_objects(record: Record) -> list[dict[str, Any]]:
    """Give the objects of a release, as its manifest writes them."""
    return [found for found in yaml.safe_load_all(record.manifest) if found]


def differences(wanted: Mapping[str, Any], live: Mapping[str, Any] | None, namespace: str = "") -> Iterator[Difference]:
    """Compare an object of a release's manifest with the live one.

    Only what the manifest says counts: the API server's defaults, its status and what others added to labels and
    annotations are no drift. Entries of a list that the manifest has not are: a container, a variable, a rule.
    Quantities are compared by amount. Of a Secret the keys are told, never the content.

    wanted: the object in the manifest.
    live: the object in the cluster; None if it is not there.
    namespace: namespace of the object, where the manifest leaves it to the release.
    """
    metadata = wanted["metadata"]
    place = (wanted["apiVersion"], wanted["kind"], metadata.get("namespace") or namespace, metadata["name"])
    if live is None:
        yield Difference(*place, "", wanted["kind"], None)
        return
    for path, before, after in _below(_compared(wanted), _compared(live), ""):
        secret = wanted["kind"] == "Secret" and path.startswith("data")
        hidden = (None if before is None else HIDDEN, None if after is None else HIDDEN)
        yield Difference(*place, path, *(hidden if secret else (before, after)))


def _compared(item: Mapping[str, Any]) -> dict[str, Any]:
    """Give the part of an object that can drift, with a Secret's `stringData` where the API server puts it."""
    rest = {key: value for key, value in item.items() if key not in {"apiVersion", "kind", "metadata", "status"}}
    metadata = item.get("metadata") or {}
    rest["metadata"] = {key: metadata[key] for key in ("labels", "annotations") if metadata.get(key)}
    if item.get("kind") == "Secret" and rest.get("stringData"):
        encoded = {key: base64.b64encode(str(text).encode()).decode() for key, text in rest.pop("stringData").items()}
        rest["data"] = {**(rest.get("data") or {}), **encoded}
    return rest


def _below(wanted: Any, live: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        for key, value in wanted.items():
            yield from _below(value, live.get(key), _step(path, str(key)))
        # A key that somebody added: in metadata others may, in the content of a ConfigMap nobody else does.
        if path in {"data", "binaryData"}:
            yield from ((_step(path, str(key)), None, live[key]) for key in live if key not in wanted)
    elif isinstance(wanted, Sequence) and isinstance(live, Sequence) and not isinstance(wanted, str):
        yield from _lists(wanted, live, path)
    elif not _same(wanted, live):
        yield path, wanted, live


def _step(path: str, key: str) -> str:
    key = f'["{key}"]' if "." in key or "/" in key else f".{key}" if path else key
    return f"{path}{key}"


def _lists(wanted: Sequence[Any], live: Sequence[Any], path: str) -> Iterator[tuple[str, Any, Any]]:
    """Compare two lists entry by entry: by name where the entries have one, else by place."""
    key = next((k for k in _LIST_KEYS if all(isinstance(e, Mapping) and k in e for e in [*wanted, *live])), None)
    named = key is not None and len({str(entry[key]) for entry in wanted}) == len(wanted)
    before, after = (
        {str(entry[key] if named else place): entry for place, entry in enumerate(entries)}
        for entries in (wanted, live)
    )
    for name in dict.fromkeys([*before, *after]):
        place = f"{path}[{name}]"
        if name in before and name in after:
            yield from _below(before[name], after[name], place)
        else:
            yield place, before.get(name), after.get(name)


def _same(wanted: Any, live: Any) -> bool:
    if wanted is None or wanted == live or (_nothing(wanted) and _nothing(live)):
        return True
    if isinstance(wanted, bool) or isinstance(live, bool) or live is None:
        return False
    try:
        return parse_quantity(str(wanted)) == parse_quantity(str(live))
    except ValueError:
        return False


def _nothing(value: Any) -> bool:
    """Say whether the API server leaves a value out."""
    if isinstance(value, Mapping):
        return all(map(_nothing, value.values()))
    return value is None or value is False or value in (0, "", [])


def release_drift(api: client.ApiClient, namespace: str, name: str) -> list[Difference]:
    """Compare the deployed revision of a release with the live objects.

    namespace, name: of the release.

    Returns the differences in the order of the manifest; none where all is as Helm left it.

    Raises LookupError when the namespace has no release of this name that is deployed.
    """
    record = deployed_record(api, namespace, name)
    found: list[Difference] = []
    for item in manifest_objects(record):
        found += differences(item, _live(api, item, namespace), namespace)
    return found


def deployed_record(api: client.ApiClient, namespace: str, name: str) -> Record:
    """Read the record of the deployed revision of a release, or of the last one where none is deployed.

    Raises LookupError when there is none.
    """
    secrets = client.CoreV1Api(api).list_namespaced_secret(namespace, label_selector=f"owner=helm,name={name}").items
    if not secrets:
        raise LookupError(f"namespace {namespace} has no Helm release {name}")
    chosen = max(secrets, key=lambda s: (s.metadata.labels["status"] == "deployed", int(s.metadata.labels["version"])))
    return decode(chosen.data["release"])


def _live(api: client.ApiClient, item: Mapping[str, Any], namespace: str) -> Mapping[str, Any] | None:
    metadata = item["metadata"]
    try:
        kind = dynamic.DynamicClient(api).resources.get(api_version=item["apiVersion"], kind=item["kind"])
        where = {"namespace": metadata.get("namespace") or namespace} if kind.namespaced else {}
        found: Mapping[str, Any] = kind.get(name=metadata["name"], **where).to_dict()
    except (NotFoundError, ResourceNotFoundError):
        return None
    except ApiException as error:
        raise LookupError(f"{item['kind']} {metadata['name']} cannot be read: {error.reason}") from None
    return found
