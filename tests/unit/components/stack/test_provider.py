"""The provider of a stack: one, for the kubeconfig and the context in the settings."""

from pathlib import Path

import pulumi
import pytest

from components.stack.provider import cluster_provider, kubeconfig_path
from components.stack.settings import Settings
from tests.unit.recording import run


def test_the_path_of_the_kubeconfig_starts_at_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert kubeconfig_path("") is None
    assert kubeconfig_path("a/b") == str(tmp_path / "a/b")
    assert kubeconfig_path("/a/b") == "/a/b"
    assert kubeconfig_path("~/x") == str(Path.home() / "x")


def test_the_provider_belongs_to_the_stack_and_repairs_what_others_changed() -> None:
    def program() -> pulumi.Resource:
        return cluster_provider("kubernetes", Settings(kubeconfig="/k", context="c"))

    (provider,) = run(program, stack="qa").resources
    assert provider.inputs["clusterIdentifier"] == "ollama-librechat/qa"
    assert (provider.inputs["kubeconfig"], provider.inputs["context"]) == ("/k", "c")
    assert provider.inputs["enablePatchForce"] == "true"
