"""What an Ollama server offers in LibreChat."""

from components.ollama.offer import offer
from components.ollama.settings import OllamaPool

SETTINGS = OllamaPool.model_validate(
    {"models": ["llama2"], "customModels": [{"name": "support", "modelfile": "FROM llama2"}]}
)


def test_the_only_server_is_called_ollama_by_default() -> None:
    assert offer("", SETTINGS) == {"models": ["llama2:latest", "support:latest"]}


def test_a_pool_has_its_name_in_the_endpoint_and_in_the_label() -> None:
    found = offer("amd", SETTINGS)
    assert found["models"] == ["llama2:latest", "support:latest"]
    assert (found.get("name"), found.get("model_display_label")) == ("Ollama (amd)", "Ollama (amd)")
