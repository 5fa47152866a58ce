"""What settings say about data is what the program registers, for every stack and for random settings."""

from collections.abc import Callable
from typing import Any

import pytest

from components.settings.validation import validate
from components.stack.data.deployed import from_state
from components.stack.data.objects import data_objects
from components.stack.settings import Settings
from tests.unit import programs
from tests.unit.recording import Recording

DATA = ("Namespace", "PersistentVolumeClaim", "RandomPassword", "Secret", "StatefulSet")
CASES: list[dict[str, Any]] = [
    {},
    {"mongodb": {"existingSecret": "m"}},
    {"mongodb": {"external": {"existingSecret": "m"}}},
    {"mongodb": {"backup": {"enabled": True}}},
    {"mongodb": {"existingSecret": "m", "backup": {"enabled": True, "storage": {"existingClaim": "b"}}}},
    {"mongodb": {"backup": {"enabled": True, "s3": {"bucket": "archives", "existingSecret": "s3"}}}},
    {"meilisearch": {"enabled": False}},
    {"meilisearch": {"existingSecret": "s"}},
    {"meilisearch": {"external": {"url": "https://search.example.org", "existingSecret": "s"}}},
    {"librechat": {"existingSecret": "l"}, "mongodb": {"existingSecret": "m"}, "meilisearch": {"enabled": False}},
    {"ollama": {"storage": {"existingClaim": "o"}}, "mongodb": {"storage": {"existingClaim": "m"}}},
    {"librechat": {"storage": {"existingClaim": "l"}}, "meilisearch": {"storage": {"existingClaim": "s"}}},
    {"namespaces": {"prefix": "alice-"}, "dataProtection": True},
    {
        "ollama": {
            "pools": {"amd": {}},
            "exposure": {"type": "Ingress", "host": "ollama.example.org", "token": {"enabled": True}},
        },
        "librechat": {"metrics": {"enabled": True}},
    },
]


def registered(recording: Recording) -> dict[str, tuple[str, str]]:
    """Kind and namespace of what holds data, picked out of the program as out of a state."""
    outputs = {
        found.urn: {"outputs": {"metadata": found.metadata, "spec": found.inputs.get("spec", {})}}
        for found in recording.resources
        if found.custom
    }
    data = from_state(outputs).data
    assert {found.kind for found in data.values()} <= set(DATA)
    return {name: (found.kind, found.namespace or found.object_name) for name, found in data.items()}


def wanted(values: dict[str, Any]) -> dict[str, tuple[str, str]]:
    settings, findings = validate(Settings, values)
    assert findings == []
    passwords = ("RandomPassword", "")
    return {
        name: passwords if found.kind == "RandomPassword" else (found.kind, found.namespace)
        for name, found in data_objects(settings).items()
    }


@pytest.mark.parametrize("values", CASES)
def test_cases(values: dict[str, Any], execute: Callable[..., Recording]) -> None:
    models = {**values, "ollama": {"models": ["llama3.2:3b"], **values.get("ollama", {})}}
    assert registered(execute(**models)) == wanted(models)


def test_stack_files(stack: str, program: Recording) -> None:
    values = {key.partition(":")[2]: value for key, value in programs.stack_config(stack).items()}
    assert registered(program) == wanted(values)


def test_what_holds_data_is_protected_and_retained_together(execute: Callable[..., Recording]) -> None:
    for protected in (True, False):
        backup = {"backup": {"enabled": True}}
        recording = execute(dataProtection=protected, ollama={"models": ["llama3.2:3b"]}, mongodb=backup)
        names = set(registered(recording))
        for found in recording.resources:
            if found.custom and found.name in names:
                assert (found.name, found.protect, found.retain_on_delete) == (found.name, protected, protected)
            elif found.custom:
                assert (found.name, found.protect, found.retain_on_delete) == (found.name, False, False)


def test_nothing_goes_with_a_namespace_that_stays(execute: Callable[..., Recording]) -> None:
    models = {"models": ["llama3.2:3b"]}
    assert {found.deleted_with for found in execute(dataProtection=True, ollama=models).resources} == {""}
    assert any(found.deleted_with for found in execute(dataProtection=False, ollama=models).resources)
