"""Rules on models, and what they read from a Modelfile."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from components.ollama.models.rules import base_models, custom_bases, duplicate_models, with_tag
from components.ollama.settings import OllamaPool
from components.settings.findings import Finding


@pytest.mark.parametrize(
    ("modelfile", "bases"),
    [
        ("FROM llama2", ["llama2"]),
        ("# FROM a\nfrom llama2:7b\nPARAMETER num_ctx 4096\n", ["llama2:7b"]),
        ('FROM llama2\nSYSTEM """\nFROM now on, be brief.\nFROM mistral\n"""\n', ["llama2"]),
        ("FROM a\r\nFROM b\r\n", ["a", "b"]),
        ("SYSTEM x", []),
    ],
)
def test_base_models_of_a_modelfile(modelfile: str, bases: list[str]) -> None:
    assert base_models(modelfile) == bases


def findings(rule: Callable[[OllamaPool, str], Iterator[Finding]], **settings: Any) -> dict[str, str]:
    """What a rule finds in the settings of a pool, by key path."""
    pool = OllamaPool.model_validate(settings)
    return {finding.path: finding.rule for finding in rule(pool, "ollama.pools.amd.")}


def test_a_model_has_a_tag() -> None:
    assert with_tag("llama2") == "llama2:latest"
    assert with_tag("llama2:7b") == "llama2:7b"
    assert with_tag("localhost:5000/team/llama2") == "localhost:5000/team/llama2:latest"


def test_a_model_is_listed_once() -> None:
    custom = [{"name": "Llama2:latest", "modelfile": "FROM llama2"}]
    assert findings(duplicate_models, models=["llama2", "mistral"], customModels=custom) == {
        "ollama.pools.amd.customModels[0].name": "is listed before as `ollama.pools.amd.models[0]`, remove one"
    }
    assert findings(duplicate_models, models=["llama2", "llama2:7b"]) == {}


@pytest.mark.parametrize(
    ("modelfile", "words"),
    [
        ("FROM llama2", ""),
        ("FROM first", ""),
        ("FROM last", "neither in `ollama.pools.amd.models` nor a custom model before it"),
        ("FROM a\nFROM b", "needs one line `FROM <model>`, it has 2"),
        ("FROM llama2\nADAPTER ./a", "`ADAPTER` names a file"),
    ],
)
def test_the_base_of_a_custom_model_is_on_the_server_before_it(modelfile: str, words: str) -> None:
    custom = [
        {"name": "first", "modelfile": "FROM llama2"},
        {"name": "second", "modelfile": modelfile},
        {"name": "last", "modelfile": "FROM llama2"},
    ]
    found = findings(custom_bases, models=["llama2"], customModels=custom)
    assert list(found) == (["ollama.pools.amd.customModels[1].modelfile"] if words else [])
    assert words in "".join(found.values())
