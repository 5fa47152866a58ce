"""Lines of `make drift` about Helm releases."""

from typing import Any

import pytest

from cli.drift.detect import Line
from cli.drift.events import Resource
from cli.drift.releases import deployed, line
from cli.drift.report import document, text
from cli.release_drift import Difference

URN = "urn:pulumi:test::ollama-librechat::ollama-librechat:index:Ollama$kubernetes:helm.sh/v3:Release::ollama-release"
LIVE = {"namespace": "ollama", "name": "ollama-helm"}


def difference(path: str, wanted: Any, found: Any) -> Line:
    return line(Difference("apps/v1", "Deployment", "ollama", "ollama-helm", path, wanted, found), ("ollama", "o"))


def test_releases_that_are_deployed_and_stay_are_compared() -> None:
    there = Resource(URN, exists=True, live=LIVE, wanted={})
    assert deployed([there]) == [("ollama", "ollama-helm")]
    assert deployed([Resource(URN, exists=True, live=LIVE, wanted=None, operation="delete")]) == []
    assert deployed([Resource(URN, exists=False, wanted={}, operation="create")]) == []
    other = URN.replace("helm.sh/v3:Release", "apps/v1:Deployment")
    assert deployed([Resource(other, exists=True, live=LIVE, wanted={})]) == []


def test_a_field_is_told_as_any_other() -> None:
    told = text([difference("spec.replicas", 1, 3)])[1]
    assert told.split("  ")[0] == "Deployment ollama/ollama-helm"
    assert "spec.replicas" in told
    assert difference("spec.replicas", 1, 3).cause == "cluster"


def test_an_object_that_is_missing_is_told_as_any_other() -> None:
    found = difference("", "Deployment", None)
    assert "missing" in text([found])[1]
    [entry] = document("dev", [found])["drift"]
    assert (entry["wanted"], entry["live"], entry["field"]) == (True, False, "")


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("spec.template.spec.containers[ollama].env[API_KEY].value", "hunter2hunter2"),
        ("spec.template.spec.containers[ollama].env[API_KEY]", {"name": "API_KEY", "value": "hunter2hunter2"}),
        ("data.URL", "https://user:hunter2hunter2@example.org"),
        ("spec.template.spec.containers[ollama].args", ["https://user:hunter2hunter2@example.org"]),
    ],
)
def test_what_may_be_a_secret_is_not_told(path: str, found: Any) -> None:
    told = difference(path, None, found)
    assert "hunter2" not in str(told.live) + "".join(text([told])) + str(document("dev", [told]))
    assert "[secret]" in "".join(text([told]))
