"""The Helm releases that `make drift` compares."""

from cli.drift.events import Resource
from cli.drift.releases import deployed

URN = "urn:pulumi:test::ollama-librechat::ollama-librechat:index:Ollama$kubernetes:helm.sh/v3:Release::ollama-release"
LIVE = {"namespace": "ollama", "name": "ollama-helm"}


def test_releases_that_are_deployed_and_stay_are_compared() -> None:
    there = Resource(URN, exists=True, live=LIVE, wanted={})
    assert deployed([there]) == [("ollama", "ollama-helm")]
    assert deployed([Resource(URN, exists=True, live=LIVE, wanted=None, operation="delete")]) == []
    assert deployed([Resource(URN, exists=False, wanted={}, operation="create")]) == []
    other = URN.replace("helm.sh/v3:Release", "apps/v1:Deployment")
    assert deployed([Resource(other, exists=True, live=LIVE, wanted={})]) == []
