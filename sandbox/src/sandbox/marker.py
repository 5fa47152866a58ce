"""How a kubeconfig says that the cluster in it is a sandbox."""

SANDBOX_EXTENSION = "ollama-librechat-sandbox"
"""Name of the extension in the cluster entry; the provider stand-ins work on no cluster without it."""
