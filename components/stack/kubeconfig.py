"""Checks the kubeconfig and its context before anything is deployed."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from ..settings.findings import Finding


def kubeconfig_paths(setting: str, environment: Mapping[str, str], project: Path) -> list[Path]:
    """Return the files that make up the kubeconfig.

    Args:
        setting: The setting `kubeconfig`; empty for KUBECONFIG, else `~/.kube/config`.
        environment: Environment variables.
        project: Directory that a relative path starts from.
    """
    if setting:
        return [project / _expanded(setting)]
    listed = [part for part in environment.get("KUBECONFIG", "").split(os.pathsep) if part]
    return [Path(part) for part in listed] or [_expanded("~/.kube/config")]


def _expanded(path: str) -> Path:
    """Return a path with the home directory in place of `~`, or unchanged if there is no such user."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def _contexts(paths: list[Path]) -> tuple[list[str], str]:
    """Return the names of all contexts and the current one, merged as kubectl does: the first file wins."""
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
    """Refuse a kubeconfig that cannot be read, and a context that is not in it.

    Args:
        kubeconfig: The setting `kubeconfig`.
        context: The setting `context`.
        environment: Environment variables.
        project: Directory that a relative path starts from.
    """
    paths = kubeconfig_paths(kubeconfig, environment, project)
    shown = os.pathsep.join(map(str, paths))
    try:
        names, current = _contexts(paths)
    except (OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a kubeconfig"
        yield Finding("kubeconfig", f'"{shown}"', f"cannot be read: {reason}")
        return
    if not any(path.is_file() for path in paths):
        if not (kubeconfig or context) and environment.get("KUBERNETES_SERVICE_HOST"):
            return  # inside a pod, the provider uses its service account
        yield Finding("kubeconfig", f'"{shown}"', "does not exist, write the path of a kubeconfig or start a cluster")
    elif not context and not current:
        yield Finding("context", '""', f"{shown} has no current context, name one of {_join(names)}")
    elif context and context not in names:
        near = difflib.get_close_matches(context, names, n=3)
        hint = f"did you mean {_join(near)}?" if near else f"there are {_join(names)}"
        yield Finding("context", f'"{context}"', f"is not in {shown}, {hint}")


def _join(names: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "none"


@dataclass(frozen=True)
class Cluster:
    """The cluster of a context, as a kubeconfig describes it.

    Attributes:
        server: URL of its API server.
        authority: Certificate of its certificate authority, or the path of the file with it; empty for none.
    """

    server: str
    authority: str


def cluster_of(paths: list[Path], context: str) -> Cluster | None:
    """Return the cluster of a context; None if the files, the context or its cluster are missing or unreadable.

    Args:
        paths: Files that make up the kubeconfig.
        context: Name of the context; empty for the current one.
    """
    try:
        contents = [yaml.safe_load(path.read_text()) for path in paths if path.is_file()]
        documents = [cast("dict[str, Any]", content) for content in contents if content]
        current = (str(document["current-context"]) for document in documents if document.get("current-context"))
        entry = _entry(documents, "contexts", "context", context or next(current, ""))
        cluster = _entry(documents, "clusters", "cluster", str(entry.get("cluster", "")))
    except (OSError, yaml.YAMLError, UnicodeDecodeError, AttributeError, KeyError, TypeError):
        return None  # `check_context` reports what is wrong with the kubeconfig of the settings
    if "server" not in cluster:
        return None
    authority = cluster.get("certificate-authority-data") or cluster.get("certificate-authority") or ""
    return Cluster(str(cluster["server"]), str(authority))


def _entry(documents: list[dict[str, Any]], kind: str, key: str, name: str) -> dict[str, Any]:
    """Return the first entry with a name in a list of a kubeconfig; empty if there is none."""
    for document in documents:
        for entry in cast("list[dict[str, Any]]", document.get(kind) or []):
            if entry["name"] == name:
                return dict(cast("dict[str, Any]", entry[key] or {}))
    return {}


def same_cluster(one: Cluster, other: Cluster) -> bool:
    """Return whether two entries describe the same cluster.

    A cluster has a certificate authority of its own, while its address may change.
    """
    if one.authority and other.authority:
        return one.authority == other.authority
    return one.server == other.server
