"""Rollback: deploys the program and the settings of an earlier revision as a new one."""

import copy
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.data import is_list, is_mapping
from cli.errors import CommandError
from cli.history import SUCCEEDED, UPDATE, Revision
from cli.project import NAME

if TYPE_CHECKING:
    from pulumi.automation import ConfigValue

DATA_TYPES = frozenset({"kubernetes:core/v1:Namespace", "kubernetes:core/v1:PersistentVolumeClaim"})
"""Types of resources that hold data."""

CREDENTIAL_TYPE = "random:index/randomPassword:RandomPassword"

ALLOW_DATA_LOSS = f"{NAME}:allowDataLoss"
KUBECONFIG = f"{NAME}:kubeconfig"
LIBRECHAT = f"{NAME}:librechat"
JWT_ROTATION = "jwtRotation"


def choose(revisions: Sequence[Revision], number: int) -> Revision:
    """Return the revision to roll back to.

    Raises:
        CommandError: Rolling back to it is not possible. The message says why.
    """
    found = next((revision for revision in revisions if revision.number == number), None)
    if found is None:
        known = f"it has the revisions 1 to {revisions[-1].number}" if revisions else "nothing was deployed yet"
        raise CommandError(f"The stack has no revision {number}: {known} (`make history`).")
    if problem := _problem(found):
        good = [str(one.number) for one in revisions if not _problem(one)]
        others = f"There is one to {', '.join(good)}." if good else "There is none to any other."
        raise CommandError(f"There is no way back to revision {number}: {problem}. {others} Nothing was changed.")
    return found


def _problem(revision: Revision) -> str:
    if revision.kind != UPDATE:
        return f"it deployed nothing, it was a {revision.kind}"
    if revision.result != SUCCEEDED:
        return f"it {revision.result}" if revision.result == "failed" else f"its result is {revision.result}"
    if not revision.commit:
        return "it was deployed from outside a git repository, so its program is not known"
    if revision.dirty:
        return f"it was deployed with uncommitted files on commit {revision.commit[:12]}, so its program is not known"
    return ""


def plain(value: "ConfigValue") -> object:
    """Return a setting as in a stack file: the history has mappings and lists as JSON."""
    try:
        found: object = json.loads(value.value)
    except ValueError:
        return value.value
    return found if is_mapping(found) or is_list(found) else value.value


def settings_of(revision: Revision, committed: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the settings of a revision as in a stack file, and the encrypted ones that its commit does not have.

    The engine returns encrypted settings in clear text only, without saying which part of them is secret. The stack
    file of the same commit has them encrypted.

    Args:
        revision: The revision.
        committed: `config` of the stack file in the revision's commit.
    """
    result: dict[str, Any] = {}
    missing: list[str] = []
    for key, entry in revision.config.items():
        if not entry.secret:
            result[key] = plain(entry)
        elif key in committed:
            result[key] = committed[key]
        else:
            missing.append(key)
    return result, missing


def preserving_data(settings: Mapping[str, Any], current: Mapping[str, Any], project: Path) -> dict[str, Any]:
    """Return the settings for deploying a revision again, changed so that data and credentials stay as they are.

    - A permission to delete data that was given then is withdrawn.
    - The JWT secrets are not rotated back.
    - The path of the kubeconfig is relative to this project, not to the temporary work tree.

    Args:
        settings: Settings of the revision.
        current: Settings that are deployed now.
        project: Directory that relative paths start from.
    """
    result = copy.deepcopy(dict(settings))
    if ALLOW_DATA_LOSS in result:
        result[ALLOW_DATA_LOSS] = []
    kubeconfig = str(result.get(KUBECONFIG) or "")
    if kubeconfig:
        result[KUBECONFIG] = str(project / Path(kubeconfig).expanduser())
    then, now = result.get(LIBRECHAT), current.get(LIBRECHAT)
    if is_mapping(then) and is_mapping(now):
        own = {key: value for key, value in then.items() if key != JWT_ROTATION}
        result[LIBRECHAT] = {**own, JWT_ROTATION: now[JWT_ROTATION]} if JWT_ROTATION in now else own
    return result


def planned(events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """Return operation, type and name of each resource that a preview would change, from its events."""
    for event in events:
        if step := event.get("resourcePreEvent"):
            metadata = step["metadata"]
            yield metadata["op"], metadata["type"], metadata["urn"].rpartition("::")[2]


def refuse_loss(steps: Iterable[tuple[str, str, str]], number: int) -> None:
    """Refuse a rollback that would delete data or generate new credentials.

    Args:
        steps: Steps of the preview.
        number: Number of the revision.

    Raises:
        CommandError: It is refused. The message names every resource.
    """
    lost: list[str] = []
    for operation, kind, name in steps:
        gone = operation in {"delete", "delete-replaced", "replace", "create-replacement"}
        if gone and (kind in DATA_TYPES or kind == CREDENTIAL_TYPE):
            lost.append(f"{kind.rpartition(':')[2]} {name}")
    if lost:
        raise CommandError(
            f"Going back to revision {number} would delete or replace {', '.join(dict.fromkeys(lost))}, and a rollback "
            "leaves data and credentials untouched. Nothing was changed. To go back without them, say so in the "
            "settings (allowDataLoss) and run `make up`."
        )
