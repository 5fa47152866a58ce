"""Drift of Helm releases, which a refresh does not see, as lines of `make drift`."""

import re
from collections.abc import Iterable
from typing import Any

from kubernetes import client

from cli.drift.detect import OBJECT, Line
from cli.drift.events import MASKED, Resource
from cli.drift.paths import ABSENT
from cli.release_drift import Difference, deployed_record, release_drift
from components.librechat.config.lint_secrets import looks_secret, names_secret

RELEASE = "kubernetes:helm.sh/v3:Release"


def deployed(resources: Iterable[Resource]) -> list[tuple[str, str]]:
    """Give namespace and name of every release that is deployed and stays."""
    return [
        (str(found.live["namespace"]), str(found.live["name"]))
        for found in resources
        if found.type == RELEASE and found.exists and found.wanted is not None
    ]


def release_lines(api: client.ApiClient, resources: Iterable[Resource]) -> list[Line]:
    """Compare the objects of every deployed release with its manifest.

    Raises LookupError where a release or an object of it cannot be read, client.ApiException where the cluster does not
    answer.
    """
    return [
        line(difference, (namespace, name))
        for namespace, name in deployed(resources)
        for difference in release_drift(api, namespace, name)
    ]


def line(difference: Difference, release: tuple[str, str]) -> Line:
    """Give a difference as it is told. Who made it is not looked up.

    release: namespace and name of the release.
    """
    values = {"wanted": difference.wanted, "live": difference.found}
    missing = not difference.path
    told = {key: _told(difference.path, value) for key, value in values.items()}
    return Line(
        api_version=difference.api_version,
        kind=difference.kind,
        namespace=difference.namespace,
        name=difference.name,
        field=difference.path or OBJECT,
        **({"wanted": "there", "live": ABSENT} if missing else told),
        cause="cluster",
        release=release,
    )


def _told(path: str, value: Any) -> Any:
    """Hide what may be a secret: somebody may have put one where the chart has none."""
    if value is None:
        return ABSENT
    if isinstance(value, dict):
        return {key: _told(f"{path}[{value.get('name', '')}].{key}", entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_told(path, entry) for entry in value]
    # The field's own name, and that of the variable around it.
    names = re.findall(r"\w+", path)[-2:]
    text = isinstance(value, str) and (looks_secret(value) or (names[-1:] == ["value"] and names_secret(names[0])))
    return MASKED if text else value


def ways_back(api: client.ApiClient, lines: Iterable[Line]) -> list[str]:
    """Give the commands that have Helm put back what differs: Pulumi would not touch a release whose record is right.

    Raises LookupError when a release is gone.
    """
    found = dict.fromkeys(line.release for line in lines if line.release)
    return [
        f"helm -n {namespace} rollback {name} {deployed_record(api, namespace, name).revision}"
        for namespace, name in found
    ]
