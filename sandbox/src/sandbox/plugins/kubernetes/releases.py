"""Helm releases: pure functions from a `Release` to Helm's arguments, to differences, and to the state."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from sandbox.plugins.kubernetes.immutable import Path
from sandbox.plugins.kubernetes.objects import STATE_INPUTS
from sandbox.plugins.values import UNKNOWN, Secret, Value, as_object, is_object, mark_secrets, reveal

TYPE = "kubernetes:helm.sh/v3:Release"
DEFAULT_TIMEOUT = 300
"""Helm's default timeout in seconds, as in the official provider."""

_REPLACING = ("name", "namespace")
_SWITCHES = {
    "atomic": "--atomic",
    "description": "--description",
    "devel": "--devel",
    "disableOpenapiValidation": "--disable-openapi-validation",
    "renderSubchartNotes": "--render-subchart-notes",
    "skipCrds": "--skip-crds",
}
_INSTALLING = {"createNamespace": "--create-namespace", "disableWebhooks": "--no-hooks", "replace": "--replace"}
_UPGRADING = {
    "cleanupOnFail": "--cleanup-on-fail",
    "forceUpdate": "--force",
    "resetValues": "--reset-values",
    "reuseValues": "--reuse-values",
}
_OTHERS = ("name", "namespace", "chart", "version", "repositoryOpts", "values", "timeout", "skipAwait", "waitForJobs")
_IGNORED = ("compat", "allowNullValues", "resourceNames", "checksum")
KNOWN = frozenset([*_SWITCHES, *_INSTALLING, *_UPGRADING, *_OTHERS, "maxHistory", *_IGNORED])


def unsupported(inputs: Mapping[str, Value]) -> Iterator[str]:
    """Yield the inputs that only the official plugin supports."""
    yield from (key for key, value in inputs.items() if key not in KNOWN and value)
    options = as_object(inputs.get("repositoryOpts"))
    yield from (f"repositoryOpts.{key}" for key, value in options.items() if key != "repo" and value)


def completed(inputs: Mapping[str, Value], namespace: str) -> dict[str, Value]:
    """Return inputs with defaults, without those that have no effect.

    Args:
        inputs: Inputs of the program, including the name.
        namespace: Default namespace of releases.
    """
    result = {key: value for key, value in inputs.items() if key not in _IGNORED and value is not None}
    result["namespace"] = result.get("namespace") or namespace
    if not result.get("skipAwait"):
        result.setdefault("timeout", DEFAULT_TIMEOUT)
    return result


def chart_arguments(inputs: Mapping[str, Value]) -> list[str]:
    """Return the arguments that identify the chart."""
    arguments = [str(inputs["chart"])]
    if inputs.get("version"):
        arguments += ["--version", str(inputs["version"])]
    if repository := as_object(inputs.get("repositoryOpts")).get("repo"):
        arguments += ["--repo", str(repository)]
    return arguments


def _flags(inputs: Mapping[str, Value], names: Mapping[str, str]) -> Iterator[str]:
    for key, flag in names.items():
        value = inputs.get(key)
        if value:
            yield flag if isinstance(value, bool) else f"{flag}={value}"


def _waiting(inputs: Mapping[str, Value]) -> Iterator[str]:
    yield f"--timeout={int(inputs.get('timeout') or DEFAULT_TIMEOUT)}s"
    if not inputs.get("skipAwait"):
        yield "--wait"
        if inputs.get("waitForJobs"):
            yield "--wait-for-jobs"


def install_arguments(inputs: Mapping[str, Value]) -> list[str]:
    """Return the arguments that install a release."""
    return [
        *("install", str(inputs["name"]), *chart_arguments(inputs), "--namespace", str(inputs["namespace"])),
        *(*_flags(inputs, {**_SWITCHES, **_INSTALLING}), *_waiting(inputs)),
    ]


def upgrade_arguments(inputs: Mapping[str, Value]) -> list[str]:
    """Return the arguments that upgrade a release."""
    return [
        *("upgrade", str(inputs["name"]), *chart_arguments(inputs), "--namespace", str(inputs["namespace"])),
        *(*_flags(inputs, {**_SWITCHES, **_UPGRADING}), *_waiting(inputs)),
        f"--history-max={int(inputs.get('maxHistory') or 0)}",
    ]


def uninstall_arguments(state: Mapping[str, Value]) -> list[str]:
    """Return the arguments that uninstall a release and wait until its objects are gone, unless disabled."""
    waiting = [] if state.get("skipAwait") and not state.get("atomic") else ["--wait"]
    timeout = f"--timeout={int(state.get('timeout') or DEFAULT_TIMEOUT)}s"
    return ["uninstall", str(state["name"]), "--namespace", str(state["namespace"]), timeout, *waiting]


def decode(release: str) -> dict[str, Any]:
    """Parse Helm's record of a revision.

    Args:
        release: Key ``release`` of the record's Secret, as the API returns it.
    """
    found: dict[str, Any] = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(release))))
    return found


def resource_names(manifest: str) -> dict[str, list[str]]:
    """Return the names of a manifest's objects by kind and API version, as the official provider groups them."""
    names: dict[str, set[str]] = {}
    for item in yaml.safe_load_all(manifest):
        if item:
            version = item["apiVersion"]
            group = version.partition("/")[0] if "/" in version else ""
            kind = f"{item['kind']}.{group}" if group else item["kind"]
            namespace = item["metadata"].get("namespace")
            name = item["metadata"]["name"]
            names.setdefault(f"{kind}/{version}", set()).add(f"{namespace}/{name}" if namespace else name)
    return {key: sorted(found) for key, found in names.items()}


def merged(base: Mapping[str, Value], over: Mapping[str, Value]) -> dict[str, Value]:
    """Return two mappings merged recursively; the second one has precedence."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if is_object(below) and is_object(value) else value
    return result


def state_of(inputs: Mapping[str, Value], source: Mapping[str, Value], record: Mapping[str, Any]) -> dict[str, Value]:
    """Return the properties for the state.

    Args:
        inputs: Plain inputs.
        source: Inputs with secrets marked.
        record: Helm's record of the release.
    """
    chart = record["chart"]["metadata"]
    plain = {
        **inputs,
        "values": merged(as_object(inputs.get("values")), as_object(record.get("config"))),
        "version": chart["version"],
        "resourceNames": resource_names(record["manifest"]),
        "status": {
            "appVersion": chart.get("appVersion", ""),
            "chart": chart["name"],
            "name": record["name"],
            "namespace": record["namespace"],
            "revision": record["version"],
            "status": record["info"]["status"],
            "version": chart["version"],
        },
    }
    return {**mark_secrets(plain, dict(source)), STATE_INPUTS: Secret(dict(inputs))}


def previewed(source: Mapping[str, Value]) -> dict[str, Value]:
    """Return the properties of a planned release."""
    plain = {key: value for key, value in reveal(dict(source)).items() if key != STATE_INPUTS}
    marked = mark_secrets(plain, dict(source))
    return {**marked, STATE_INPUTS: Secret(plain), "resourceNames": UNKNOWN, "status": UNKNOWN}


def last_inputs(state: Mapping[str, Value]) -> dict[str, Value]:
    """Return the inputs in a plain state, with version and values from Helm."""
    inputs = dict(as_object(state.get(STATE_INPUTS)))
    return {**inputs, **{key: state[key] for key in ("version", "values") if key in state and key in inputs}}


def changes(old: Value, new: Value, path: Path = ()) -> Iterator[tuple[Path, str, bool]]:
    """Yield (path, ``add``, ``delete`` or ``update``, whether that replaces the release)."""
    if is_object(old) and is_object(new):
        for key in dict.fromkeys([*old, *new]):
            step = (*path, key)
            replaces = not path and key in _REPLACING
            if key not in old:
                yield step, "add", replaces
            elif key not in new:
                yield step, "delete", replaces
            else:
                yield from changes(old[key], new[key], step)
    elif old != new:
        yield path, "update", len(path) == 1 and path[0] in _REPLACING
