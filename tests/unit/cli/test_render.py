"""The program run by a command, without engine, cluster and kubeconfig."""

import os
from pathlib import Path
from typing import Any

import pytest

from cli.errors import CommandError
from cli.project import StackFile, read_stack
from cli.render import encrypted_paths, render

CIPHERTEXT = "v1:q83vEjRWeJA=:c2VjcmV0"
ENCRYPTED = {"secure": CIPHERTEXT}


def stack(**config: Any) -> StackFile:
    return StackFile("test", Path("Pulumi.test.yaml"), config)


def test_every_stack_of_the_project_is_rendered_without_its_kubeconfig(stack: str) -> None:
    found = render(read_stack(stack))
    assert found.object("Deployment", "librechat").metadata["namespace"] == "librechat"
    assert "KUBECONFIG" not in os.environ


def test_a_kubeconfig_of_ones_own_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "mine")
    render(stack())
    assert os.environ["KUBECONFIG"] == "mine"


def test_encrypted_settings_are_found_at_any_depth() -> None:
    config = {"mongodb": {"external": {"uri": ENCRYPTED}}, "list": [{"of": ENCRYPTED}], "context": "here"}
    assert set(encrypted_paths(config)) == {"mongodb.external.uri", "list[0].of"}


def test_an_encrypted_setting_decides_what_is_declared_and_shows_nowhere() -> None:
    found = render(stack(mongodb={"external": {"uri": ENCRYPTED}}, librechat={"redis": {"uri": ENCRYPTED}}))
    assert [resource.name for resource in found.all("StatefulSet")] == ["meilisearch-stateful-set"]
    assert not any(
        CIPHERTEXT in text or "encrypted.invalid" in text
        for resource in found.resources
        for text in resource.clear_texts()
    )


def test_settings_that_are_refused_are_told() -> None:
    with pytest.raises(CommandError, match=r"Pulumi\.test\.yaml refused.*\n.*ollama\.gpu\.cuont"):
        render(stack(ollama={"gpu": {"cuont": 1}}))
