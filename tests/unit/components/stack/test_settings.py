"""The settings of a stack, and the components that they list."""

import pytest

import components as package
from components.component import Component
from components.stack.settings import Settings, components, exposures, images


def test_a_component_is_a_field_with_a_definition() -> None:
    assert {"ollama", "librechat", "mongodb", "meilisearch", "valkey"} <= set(components())
    assert set(components()) <= set(Settings.model_fields)


def test_definitions_name_the_class_of_their_component() -> None:
    for name, definition in components().items():
        assert issubclass(getattr(package, definition.kind), Component), name


def test_no_two_components_have_an_image_of_the_same_name() -> None:
    assert len(images()) == sum(len(definition.images) for definition in components().values())


def test_exposures_have_the_key_path_before_them() -> None:
    found = exposures(Settings.model_validate({"ollama": {"pools": {"amd": {}}}}))
    assert list(found) == sorted(found)
    assert {"librechat", "ollama", "ollama.pools.amd"} <= set(found)


@pytest.mark.parametrize(("prefix", "own", "name"), [("", "", "ollama"), ("a-", "", "a-ollama"), ("a-", "b", "b")])
def test_a_namespace_has_a_prefix_or_a_name_of_its_own(prefix: str, own: str, name: str) -> None:
    namespaces = Settings.model_validate({"namespaces": {"prefix": prefix, "ollama": own}}).namespaces
    assert namespaces.name_of("ollama") == name


def test_a_namespace_without_a_limit_range_gives_containers_nothing() -> None:
    on, off = (
        Settings.model_validate({"namespaces": {"limitRange": {"enabled": enabled}}}).namespaces.limit_range
        for enabled in (True, False)
    )
    assert on.given_limit.mapping() == {"memory": "512Mi"}
    assert off.given_limit.mapping() == off.given_request.mapping() == {}
