"""Names of Ollama servers: of their objects, of their settings, and in LibreChat."""

NAME = "ollama"
"""Name of the Service, the Deployment and every other object whose name is an address; pools add their own name."""

OLLAMA_ENDPOINT = "Ollama"
"""Name of the endpoint of the first Ollama server, and the first word of the endpoints of pools."""


def server_name(pool: str) -> str:
    """Return the name of the objects of a pool's server; an empty pool is the first server."""
    return f"{NAME}-{pool}" if pool else NAME


def server_path(pool: str) -> str:
    """Return the key path of the settings of a pool's server; an empty pool is the first server."""
    return f"ollama.pools.{pool}" if pool else "ollama"


def pool_endpoint_name(pool: str) -> str:
    """Return the name of the endpoint of one Ollama pool, for example `Ollama (amd)`.

    LibreChat asks a server for its models through Ollama's own `/api/tags` only if the name of the endpoint
    begins with `ollama`, in any case. An empty pool name gives the name for the only server.
    """
    return f"{OLLAMA_ENDPOINT} ({pool})" if pool else OLLAMA_ENDPOINT
