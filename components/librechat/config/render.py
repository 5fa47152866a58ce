"""librechat.yaml as text, rendered once from what is known before anything is deployed: all but the servers' URLs."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...ollama.connection import OllamaOffer
from ...ollama.names import OLLAMA_ENDPOINT
from ..settings import LibreChatSettings
from . import placeholders
from .content import Server, librechat_config
from .writer import quoted, to_yaml


@dataclass(frozen=True)
class RenderedConfig:
    """librechat.yaml with a placeholder for the URL of each Ollama server.

    Attributes:
        text: The text.
    """

    text: str

    def with_urls(self, base_urls: Sequence[str]) -> str:
        """Return the text with the URLs of the servers, which have no slash at the end."""
        text = self.text
        for index, url in enumerate(base_urls):
            text = text.replace(quoted(f"{placeholders.server_url(index)}/v1"), quoted(f"{url}/v1"))
        return text


def render(settings: LibreChatSettings, offers: Sequence[OllamaOffer]) -> RenderedConfig:
    """Render librechat.yaml; it is not linted yet.

    Args:
        settings: LibreChat's settings.
        offers: What each Ollama server offers, in the order in which LibreChat shows them.

    Raises:
        yaml.representer.RepresenterError: `config` holds something other than plain values.
    """
    servers = [
        Server(
            name=offer.get("name", OLLAMA_ENDPOINT),
            base_url=placeholders.server_url(index),
            models=offer["models"],
            model_display_label=offer.get("model_display_label"),
        )
        for index, offer in enumerate(offers)
    ]
    return RenderedConfig(to_yaml(librechat_config(settings, servers)))
