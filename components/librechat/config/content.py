"""From LibreChat's settings to the content of its librechat.yaml."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..settings import LibreChatSettings
from .render import LibreChatConfig, OllamaEndpoint
from .schema import CURRENT_MODEL


def _title_model(wanted: str, models: Sequence[str]) -> str:
    """Give the model that writes titles: a server that has not the one of the settings takes that of the chat."""
    return wanted if wanted in models or f"{wanted}:latest" in models else CURRENT_MODEL


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
                title_model=_title_model(endpoint.title_model, server["models"]),
                title_timing=endpoint.title_timing,
                model_display_label=server.get("model_display_label", endpoint.model_display_label),
                add_params=endpoint.add_params,
            )
            for server in ollama
        ],
        upload_limit_mb=settings.upload_limit_mb,
        allowed_domains=settings.registration.allowed_domains,
        file_strategy=None if settings.files.strategy == "local" else settings.files.strategy,
        extra=settings.config,
    )
