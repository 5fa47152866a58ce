"""The check of pods finds what it is for: a check that finds nothing would make the tests that use it worthless."""

from copy import deepcopy
from typing import Any

import pytest

from tests.unit.pods import Pod, violations

GOOD: dict[str, Any] = {
    "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
    "volumes": [{"name": "tmp", "emptyDir": {}}],
    "initContainers": [],
    "containers": [
        {
            "name": "main",
            "terminationMessagePolicy": "FallbackToLogsOnError",
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
        }
    ],
}
BAD: dict[str, Any] = {
    "hostNetwork": ("hostNetwork", True),
    "hostPath": ("volumes", [{"name": "host", "hostPath": {"path": "/"}}]),
    "root": ("securityContext.runAsUser", 0),
    "runAsNonRoot": ("securityContext.runAsNonRoot", False),
    "seccompProfile": ("securityContext.seccompProfile", {"type": "Unconfined"}),
    "privileged": ("containers.0.securityContext.privileged", True),
    "allowPrivilegeEscalation": ("containers.0.securityContext.allowPrivilegeEscalation", True),
    "written": ("containers.0.securityContext.readOnlyRootFilesystem", False),
    "capabilities": ("containers.0.securityContext.capabilities", {"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
    "terminationMessagePolicy": ("containers.0.terminationMessagePolicy", "File"),
    "hostPort": ("containers.0.ports", [{"hostPort": 80}]),
    "twice": ("containers.0.env", [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]),
    "init": ("initContainers", [{"name": "init"}]),
}


def changed(path: str, value: Any) -> dict[str, Any]:
    spec: Any = deepcopy(GOOD)
    holder, parts = spec, path.split(".")
    for part in parts[:-1]:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    holder[parts[-1]] = value
    return spec


def test_a_restricted_pod_is_left_alone() -> None:
    assert list(violations(Pod(None, {}, GOOD))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("word", BAD)
def test_everything_else_is_found(word: str) -> None:
    found = list(violations(Pod(None, {}, changed(*BAD[word]))))  # type: ignore[arg-type]
    assert found
    assert word in " ".join(found) or word in {"hostPath", "root", "written"}
