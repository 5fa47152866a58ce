"""A librechat.yaml with nothing wrong in it, and ways to change it."""

from copy import deepcopy
from typing import Any

from components.librechat.config.content import Server, librechat_config
from components.librechat.config.lint import lint
from components.librechat.settings import LibreChatSettings

URL = "http://ollama.ollama.svc.cluster.local:11434"
GOOD = librechat_config(LibreChatSettings(), [Server(name="Ollama", base_url=URL, models=["llama3.2:3b", "qwen3:8b"])])
HERE = "endpoints.custom[0]"


def endpoint(remove: str = "", **keys: Any) -> dict[str, Any]:
    content: dict[str, Any] = deepcopy(GOOD)
    custom = content["endpoints"]["custom"][0]
    custom.update(keys)
    custom.pop(remove, None)
    return content


def top(**keys: Any) -> dict[str, Any]:
    return {**deepcopy(GOOD), **keys}


def shown(content: object) -> list[tuple[str, str]]:
    return [(finding.path, finding.value) for finding in lint(content)]
