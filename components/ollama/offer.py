"""What an Ollama server offers in LibreChat: all that is known of it before it is deployed."""

from collections.abc import Sequence
from typing import TypedDict

from typing_extensions import NotRequired, Required

from .names import pool_endpoint_name
from .settings import OllamaPool


class OllamaOffer(TypedDict):
    """What an Ollama server offers."""

    models: Required[Sequence[str]]
    """Models to offer while the server does not answer; at least one."""

    model_display_label: NotRequired[str]
    """Name shown for the assistant. Defaults to that of the settings' `endpoint`."""

    name: NotRequired[str]
    """Name of the endpoint; which must begin with `Ollama`. Defaults to `"Ollama"`."""


def offer(pool: str, settings: OllamaPool) -> OllamaOffer:
    """Return what a server of a stack offers.

    Args:
        pool: Name of its pool; empty for the first server.
        settings: Its settings.
    """
    if not pool:
        return {"models": settings.model_names}
    name = pool_endpoint_name(pool)
    return {"models": settings.model_names, "name": name, "model_display_label": name}
