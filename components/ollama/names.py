"""Names of Ollama servers: of their objects, of their settings, and in LibreChat."""

NAME = "ollama"
"""Name of the Service, the Deployment and everything else that is an address; what belongs to a pool adds its name."""

OLLAMA_ENDPOINT = "Ollama"
"""Name of the endpoint of the only Ollama server, and how the names of several have to begin."""


def server_name(pool: str) -> str:
    """Return the name of a server's objects by the name of its pool; that of the first server is empty."""
    return f"{NAME}-{pool}" if pool else NAME


def server_path(pool: str) -> str:
    """Return the key path of a server's settings by the name of its pool; that of the first server is empty."""
    return f"ollama.pools.{pool}" if pool else "ollama"


def pool_endpoint_name(pool: str) -> str:
    """Return the name of the endpoint of one Ollama pool, for example `Ollama (amd)`.

    LibreChat asks a server for its models through Ollama's own `/api/tags` only if the name of the endpoint
    begins with `ollama`, in any case. An empty pool name gives the name for the only server.
    """
    return f"{OLLAMA_ENDPOINT} ({pool})" if pool else OLLAMA_ENDPOINT
