"""Values in librechat.yaml that stand for something else."""

OLLAMA_API_KEY = "ollama"
"""In place of a key: Ollama has no authentication, but LibreChat lists no models for an endpoint without a key."""


def server_url(index: int) -> str:
    """Return what stands for the URL of an Ollama server until that is known, by its position among the servers.

    It is a URL of Ollama's port, so that the file can be linted with it; the domain `.invalid` is reserved (RFC 2606).
    """
    return f"http://ollama-{index}.invalid:11434"
