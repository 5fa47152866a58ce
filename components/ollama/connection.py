"""What LibreChat needs to know of an Ollama server."""

import pulumi
from typing_extensions import NotRequired, Required

from ..network.peers import ServerPeer
from .offer import OllamaOffer

PORT = 11434
"""Port of Ollama's pods and Services."""


class OllamaConnection(OllamaOffer):
    """An Ollama server that LibreChat offers."""

    base_url: Required[pulumi.Input[str]]
    """In-cluster URL, without a slash at the end."""

    server: NotRequired[ServerPeer]
    """The server's pods, for the NetworkPolicy. Defaults to the port of the URL, anywhere."""
