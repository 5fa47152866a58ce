"""Namespaces: labels, Pod Security, protection; and what a stack gives all of its components."""

from collections.abc import Callable

import pulumi
import pulumi_kubernetes as k8s
import pytest

import components
from components.namespace.component import POD_SECURITY_VERSION
from tests.unit.recording import Recording, run

Execute = Callable[..., Recording]


def test_a_namespace_needs_a_name_and_an_application_only() -> None:
    program = run(lambda: components.Namespace("test", {"namespace": "ns", "application": "app"}).namespace_name)
    assert program.result == "ns"
    labels = program.object("Namespace", "ns").metadata["labels"]
    assert labels["app"] == "app"
    assert labels["env"] == "development"
    assert labels["pod-security.kubernetes.io/enforce-version"] == POD_SECURITY_VERSION


def test_no_label_of_ones_own_loosens_pod_security() -> None:
    loose = {"pod-security.kubernetes.io/enforce": "privileged", "team": "a"}
    program = run(
        lambda: components.Namespace("test", {"namespace": "ns", "application": "app", "labels": loose}).namespace_name
    )
    labels = program.object("Namespace", "ns").metadata["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["team"] == "a"


@pytest.mark.parametrize("protected", [True, False])
def test_a_namespace_outlives_the_stack_with_its_data(protected: bool) -> None:
    program = run(
        lambda: (
            components.Namespace(
                "test", {"namespace": "ns", "application": "app", "data_protection": protected}
            ).namespace_name
        )
    )
    found = program.object("Namespace", "ns")
    assert (found.protect, found.retain_on_delete) == (protected, protected)


def test_components_have_no_provider_of_their_own() -> None:
    """The provider is the caller's choice; what a component declares goes through it."""

    def program() -> None:
        provider = k8s.Provider("mine", context="x")
        options = pulumi.ResourceOptions(provider=provider)
        components.Ollama("a", {"namespace": "ns"}, options)
        components.MongoDB("b", {"namespace": "ns"}, options)
        components.Meilisearch("c", {"namespace": "ns"}, options)

    recording = run(program)
    assert [r.name for r in recording.resources if r.type.startswith("pulumi:providers:")] == ["mine"]
    objects = recording.kubernetes()
    assert len(objects) > 10
    assert {r.name for r in objects if "::mine::" not in r.provider} == set()
    parents = {r.urn for r in recording.resources if r.type.startswith("ollama-librechat:")}
    assert {r.name for r in objects if r.parent not in parents} == set()
