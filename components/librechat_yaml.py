"""From LibreChat's settings to the content of its librechat.yaml."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.librechat_config import LibreChatConfig, OllamaEndpoint
from components.settings.librechat import LibreChatSettings


def librechat_config(settings: LibreChatSettings, ollama: Sequence[Mapping[str, Any]]) -> LibreChatConfig:
    """Give the content of librechat.yaml.

    ollama: name, base_url and models of each server, all of them known.
    """
    endpoint = settings.endpoint
    return LibreChatConfig(
        endpoints=[
            OllamaEndpoint(
                name=server["name"],
                base_url=f"{server['base_url']}/v1",
                models=server["models"],
                fetch=endpoint.fetch,
                title_convo=endpoint.title_convo,
                title_model=endpoint.title_model,
                model_display_label=endpoint.model_display_label,
                add_params=endpoint.add_params,
            )
            for server in ollama
        ],
        upload_limit_mb=settings.upload_limit_mb,
        allowed_domains=settings.registration.allowed_domains,
        extra=settings.config,
    )
