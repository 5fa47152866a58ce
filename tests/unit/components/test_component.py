"""The base class of components and the options of their children."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.component import Component, child_options, data_options, timeouts
from tests.unit.recording import Recording, Resource, run


def program(**options: Any) -> Recording:
    """A namespace, a component that is deleted with it, and its one child."""

    def create() -> None:
        namespace = k8s.core.v1.Namespace("space", metadata={"name": "space"})
        component = Component("Test", "test", pulumi.ResourceOptions(deleted_with=namespace))
        more = {key: value for key, value in options.items() if key != "protected"}
        opts = (
            data_options(component, options["protected"], **more)
            if "protected" in options
            else child_options(component, **more)
        )
        k8s.core.v1.ConfigMap("child", metadata={"name": "child", "namespace": "space"}, opts=opts)

    return run(create)


def child(recording: Recording) -> Resource:
    return recording.object("ConfigMap", "child")


def test_a_child_is_deleted_with_what_its_component_is() -> None:
    found = program()
    namespace = found.object("Namespace", "space")
    assert child(found).deleted_with == namespace.urn
    assert child(found).parent == found.component("test").urn
    # The engine would hand it down to every child.
    assert found.component("test").deleted_with == ""


def test_a_child_can_be_deleted_by_itself() -> None:
    assert child(program(deleted_with=None)).deleted_with == ""


@pytest.mark.parametrize("protected", [True, False])
def test_data_is_protected_and_retained_or_neither(protected: bool) -> None:
    found = child(program(protected=protected))
    assert (found.protect, found.retain_on_delete) == (protected, protected)


def test_timeouts_are_those_of_creating_and_updating() -> None:
    found = timeouts(90)
    assert (found.create, found.update, found.delete) == ("90s", "90s", None)
