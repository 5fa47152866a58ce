"""What LibreChat needs to know of an Ollama server."""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
from typing_extensions import NotRequired, Required

from ..network.peers import ServerPeer

PORT = 11434
"""Port of Ollama's pods and Services."""


class OllamaConnection(TypedDict):
    """An Ollama server that LibreChat offers."""

    base_url: Required[pulumi.Input[str]]
    """In-cluster URL, without a slash at the end."""

    models: Required[Sequence[str]]
    """Models to offer while the server does not answer; at least one."""

    model_display_label: NotRequired[str]
    """Name shown for the assistant. Defaults to that of the settings' `endpoint`."""

    name: NotRequired[str]
    """Name of the endpoint, which must begin with `Ollama`. Defaults to `"Ollama"`."""

    server: NotRequired[ServerPeer]
    """The server's pods, for the NetworkPolicy. Defaults to the port of the URL, anywhere."""
