"""Check of the kubeconfig and its context before anything is deployed."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from ..settings.findings import Finding


def kubeconfig_paths(setting: str, environment: Mapping[str, str], project: Path) -> list[Path]:
    """Give the files that make up the kubeconfig.

    setting: the setting `kubeconfig`; empty for KUBECONFIG, else `~/.kube/config`.
    environment: the environment variables.
    project: directory that a relative path starts from.
    """
    if setting:
        return [project / _expanded(setting)]
    listed = [part for part in environment.get("KUBECONFIG", "").split(os.pathsep) if part]
    return [Path(part) for part in listed] or [_expanded("~/.kube/config")]


def _expanded(path: str) -> Path:
    """Put the home directory in place of `~`; a user who is not there leaves the path as it is."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _load(paths: list[Path]) -> tuple[list[str], str]:
    """Give the names of all contexts and the current one, as kubectl merges several files: the first one wins."""
    names: list[str] = []
    current = ""
    for path in paths:
        if not path.is_file():
            continue
        document = cast("dict[str, Any] | None", yaml.safe_load(path.read_text())) or {}
        contexts: list[dict[str, Any]] = document.get("contexts") or []
        names += [str(context["name"]) for context in contexts]
        current = current or str(document.get("current-context") or "")
    return names, current


def check_context(kubeconfig: str, context: str, environment: Mapping[str, str], project: Path) -> Iterator[Finding]:
    """Refuse a kubeconfig that cannot be read and a context that is not in it."""
    paths = kubeconfig_paths(kubeconfig, environment, project)
    shown = os.pathsep.join(map(str, paths))
    try:
        names, current = _load(paths)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a kubeconfig"
        yield Finding("kubeconfig", f'"{shown}"', f"cannot be read: {reason}")
        return
    if not any(path.is_file() for path in paths):
        if not (kubeconfig or context) and environment.get("KUBERNETES_SERVICE_HOST"):
            return  # inside a pod, the provider uses its service account
        yield Finding("kubeconfig", f'"{shown}"', "does not exist, write the path of a kubeconfig or start a cluster")
    elif not context and not current:
        yield Finding("context", '""', f"{shown} has no current context, name one of {_listed(names)}")
    elif context and context not in names:
        near = difflib.get_close_matches(context, names, n=3)
        hint = f"did you mean {_listed(near)}?" if near else f"there are {_listed(names)}"
        yield Finding("context", f'"{context}"', f"is not in {shown}, {hint}")


def _listed(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


@dataclass(frozen=True)
class Cluster:
    """What a kubeconfig says about the cluster of a context.

    server: URL of its API server.
    authority: certificate of its authority, or the file that has it; empty for none.
    """

    server: str
    authority: str


def cluster_of(paths: list[Path], context: str) -> Cluster | None:
    """Give the cluster of a context; None where the files, the context or its cluster are missing or unreadable.

    context: name of the context; empty for the current one.
    """
    try:
        read = [yaml.safe_load(path.read_text()) for path in paths if path.is_file()]
        documents = [cast("dict[str, Any]", document) for document in read if document]
        name = context or next((str(one["current-context"]) for one in documents if one.get("current-context")), "")
        found = _entry(documents, "contexts", "context", name)
        cluster = _entry(documents, "clusters", "cluster", str(found.get("cluster", "")))
    except (OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return None  # `check_context` says what is wrong with the one that is to be used
    if "server" not in cluster:
        return None
    authority = cluster.get("certificate-authority-data") or cluster.get("certificate-authority") or ""
    return Cluster(str(cluster["server"]), str(authority))


def _entry(documents: list[dict[str, Any]], kind: str, key: str, name: str) -> dict[str, Any]:
    for document in documents:
        for entry in cast("list[dict[str, Any]]", document.get(kind) or []):
            if entry["name"] == name:
                return dict(cast("dict[str, Any]", entry[key] or {}))
    return {}


def same_cluster(one: Cluster, other: Cluster) -> bool:
    """Say whether two entries are of one cluster: a cluster has an authority of its own, its address may change."""
    if one.authority and other.authority:
        return one.authority == other.authority
    return one.server == other.server
