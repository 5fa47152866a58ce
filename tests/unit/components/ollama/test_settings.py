"""Settings of Ollama."""

import pytest
from pydantic import ValidationError

from components.ollama.settings import OllamaSettings


def test_servers_are_the_first_one_and_the_pools() -> None:
    settings = OllamaSettings.model_validate({"pools": {"amd": {"replicas": 2}}})
    assert list(settings.servers()) == ["", "amd"]
    assert settings.servers()[""] is settings
    assert {path: server.replicas for path, server in settings.by_path().items()} == {
        "ollama": 1,
        "ollama.pools.amd": 2,
    }


def test_custom_models_come_after_the_models() -> None:
    custom = [{"name": "support:v1", "modelfile": "FROM llama2"}]
    settings = OllamaSettings.model_validate({"models": ["llama2", "mistral:7b"], "customModels": custom})
    assert settings.model_names == ["llama2:latest", "mistral:7b", "support:v1"]


@pytest.mark.parametrize("name", ["auth", "AMD", "1st", "a-b", "", "a" * 21, "amd\n"])
def test_a_pool_whose_objects_would_have_no_name_of_their_own_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="is not a name of a pool"):
        OllamaSettings.model_validate({"pools": {name: {}}})
