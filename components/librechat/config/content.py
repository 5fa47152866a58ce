"""The content of librechat.yaml: from LibreChat's settings and the Ollama servers to plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...settings.merge import deep_merge
from ..settings import Endpoint, LibreChatSettings
from .placeholders import OLLAMA_API_KEY
from .schema import CONFIG_VERSION, CURRENT_MODEL, FILE_LIMIT_ENDPOINTS, TOTAL_SIZE_LIMIT_MB

DELIVERY: Mapping[str, object] = {"overrides": {"application/pdf": "text"}}
"""How uploads reach the model, where it differs from LibreChat's own: Ollama refuses a message with a file in it, so a
PDF goes as its text. Images go as images either way."""


@dataclass(frozen=True, kw_only=True)
class Server:
    """An Ollama server as an endpoint of LibreChat.

    Attributes:
        name: Name of the endpoint. LibreChat lists the server's models only if it begins with `Ollama`.
        base_url: URL, without a slash at the end.
        models: Models to offer while the server cannot be asked; the first is preselected.
        model_display_label: Name shown for the assistant; None for that of the settings.
    """

    name: str
    base_url: str
    models: Sequence[str]
    model_display_label: str | None = None


def librechat_config(settings: LibreChatSettings, servers: Sequence[Server]) -> dict[str, object]:
    """Return the content of librechat.yaml.

    Nothing is checked here, see `components.librechat.config.lint`.

    Args:
        settings: LibreChat's settings; `config` is merged last.
        servers: The Ollama servers, in the order in which LibreChat shows them.
    """
    content: dict[str, object] = {"version": CONFIG_VERSION, "cache": True}
    if settings.files.strategy != "local":  # LibreChat's own default
        content["fileStrategy"] = settings.files.strategy
    if settings.registration.allowed_domains:
        content["registration"] = {"allowedDomains": settings.registration.allowed_domains}
    content["fileConfig"] = _file_config(settings.upload_limit_mb)
    content["endpoints"] = {"custom": [_endpoint(settings.endpoint, server) for server in servers]}
    return deep_merge(content, settings.config)


def _file_config(limit_mb: int) -> dict[str, object]:
    """Return the section `fileConfig` for the largest upload in MB (1 MB = 1,048,576 bytes)."""
    limits = {"fileSizeLimit": limit_mb}
    if limit_mb > TOTAL_SIZE_LIMIT_MB:
        # The limit for all files of a message together would otherwise refuse a single allowed file.
        limits["totalSizeLimit"] = limit_mb
    return {
        "serverFileSizeLimit": limit_mb,
        # Not below `endpoints`: an entry there would hide one that somebody writes for a single endpoint.
        "defaultLLMDeliveryPath": DELIVERY,
        "endpoints": {endpoint: {**limits} for endpoint in FILE_LIMIT_ENDPOINTS},
    }


def _endpoint(endpoint: Endpoint, server: Server) -> dict[str, object]:
    """Return an item of `endpoints.custom`."""
    label = endpoint.model_display_label if server.model_display_label is None else server.model_display_label
    content: dict[str, object] = {
        "name": server.name,
        "apiKey": OLLAMA_API_KEY,
        "baseURL": f"{server.base_url}/v1",
        "models": {"default": list(server.models), "fetch": endpoint.fetch},
        "titleConvo": endpoint.title_convo,
        "titleModel": _title_model(endpoint.title_model, server.models),
        "titleTiming": endpoint.title_timing,
        "modelDisplayLabel": label,
    }
    if endpoint.add_params:
        content["addParams"] = endpoint.add_params
    return content


def _title_model(name: str, models: Sequence[str]) -> str:
    """Return the model that writes titles: that of the chat on a server without the model of the settings."""
    return name if name in models or f"{name}:latest" in models else CURRENT_MODEL
