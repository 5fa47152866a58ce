"""Validation: never breaks off, never loops, leaves the valid part standing."""

from typing import Any, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from cli.generate import plain, settings_model
from components.settings.key_paths import key_paths, section_of
from components.settings.validation import canonical, unknown_key_rule, validate
from components.stack.rules import check
from components.stack.settings import Settings

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
KEYS = st.sampled_from([path.rsplit(".", 1)[-1] for path in key_paths(Settings)]) | st.text(max_size=5)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=15
)


@st.composite
def shaped(draw: st.DrawFn, section: type[BaseModel] = Settings) -> dict[str, Any]:
    """Something like a stack file: known keys with anything in them, now and then an unknown one."""
    fields = [(field.alias, section_of(field.annotation)) for field in section.model_fields.values()]
    result: dict[str, Any] = draw(st.dictionaries(KEYS, JSON, max_size=1))
    for alias, nested in draw(st.lists(st.sampled_from(fields), max_size=4)):
        result[alias] = draw(shaped(nested) if nested and draw(st.booleans()) else JSON)
    return result


@given(st.dictionaries(KEYS, JSON, max_size=4) | shaped())
def test_anything_gives_settings_and_findings(document: dict[str, Any]) -> None:
    accepted, findings = validate(Settings, document)
    assert isinstance(accepted, Settings)
    for finding in [*findings, *check(accepted)]:
        assert finding.path
        assert finding.rule
        assert str(finding)
    # What was refused is out, the rest stands: a second round finds nothing new.
    again, none = validate(Settings, accepted.model_dump(by_alias=True))
    assert none == []
    assert again == accepted


@given(shaped())
def test_what_is_given_is_not_changed(document: dict[str, Any]) -> None:
    before = repr(document)
    validate(Settings, document)
    assert repr(document) == before


def test_one_refused_value_leaves_its_neighbours() -> None:
    accepted, findings = validate(
        Settings, {"ollama": {"replicas": 0, "models": ["a:1"], "gpu": {"count": -1, "vendor": "amd"}}}
    )
    assert [finding.path for finding in findings] == ["ollama.gpu.count", "ollama.replicas"]
    assert accepted.ollama.models == ["a:1"]
    assert accepted.ollama.gpu.vendor == "amd"


@pytest.mark.parametrize(
    ("given", "path", "expected"),
    [
        ({"librechat": {"exposure": {"host": "chat.example.org"}}}, "librechat.exposure.type", "Ingress"),
        ({"librechat": {"storage": {"accessMode": "ReadWriteMany"}}}, "librechat.storage.size", "5Gi"),
        ({"ollama": {"resources": {"limits": {"memory": "8Gi"}}}}, "ollama.resources.requests.memory", "4Gi"),
        ({"ollama": {"resources": {"requests": {"cpu": "2"}}}}, "ollama.resources.requests.memory", "4Gi"),
        ({"ollama": {"resources": {"requests": {"cpu": "2"}}}}, "ollama.resources.limits.memory", "16Gi"),
        ({"mongodb": {"resources": {}}}, "mongodb.resources.limits.memory", "1Gi"),
        ({"ollama": {"resources": {"limits": {"memory": ""}}}}, "ollama.resources.limits.memory", ""),
        ({"ollama": {"resources": {"limits": {"memory": "8Gi"}}}}, "ollama.resources.limits.memory", "8Gi"),
        ({"meilisearch": {"storage": {"storageClassName": "fast"}}}, "meilisearch.storage.size", "5Gi"),
        ({"ollama": {"storage": {"storageClassName": "fast"}}}, "ollama.storage.size", "10Gi"),
    ],
)
def test_a_section_that_is_given_in_part_keeps_its_other_defaults(
    given: dict[str, Any], path: str, expected: str
) -> None:
    accepted, findings = validate(Settings, given)
    assert findings == []
    value: Any = plain(accepted)
    for part in path.split("."):
        value = value[part]
    assert value == expected


def test_every_setting_has_a_description_and_a_default() -> None:
    def fields(section: type[BaseModel], seen: set[type[BaseModel]]) -> None:
        if section in seen:
            return
        seen.add(section)
        for name, field in section.model_fields.items():
            assert field.description, f"{section.__name__}.{name}"
            # What is given entry by entry can need a key; a stack file needs none.
            assert not field.is_required() or section in entries, f"{section.__name__}.{name}"
            nested = section_of(field.annotation)
            if nested and get_origin(field.annotation) is list:
                entries.add(nested)
            if nested:
                fields(nested, seen)

    entries: set[type[BaseModel]] = set()
    seen: set[type[BaseModel]] = set()
    fields(settings_model(), seen)
    assert len(seen) > 10


def test_keys_of_known_settings_become_camel_case() -> None:
    raw = {"cluster_domain": "a", "ollama": {"pods": {"node_selector": {"disk_type": "ssd"}}}, "unknown_key": 1}
    assert canonical(Settings, raw) == {
        "clusterDomain": "a",
        "ollama": {"pods": {"nodeSelector": {"disk_type": "ssd"}}},
        "unknown_key": 1,
    }


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (("ollama", "replica"), "unknown key, did you mean `ollama.replicas`?"),
        (("uploadLimitMb",), "unknown key, did you mean `librechat.uploadLimitMb`?"),
    ],
)
def test_an_unknown_key_is_told_the_nearest_one(path: tuple[str, ...], rule: str) -> None:
    assert unknown_key_rule(Settings, path) == rule


def test_what_is_encrypted_in_the_stack_file_is_not_shown() -> None:
    _, (finding,) = validate(Settings, {"environment": 1}, frozenset({"environment"}))
    assert finding.value == "[secret]"
    _, (finding,) = validate(Settings, {"environment": 1})
    assert finding.value == "1"
