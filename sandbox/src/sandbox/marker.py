"""The marker of a sandbox cluster in a kubeconfig."""

SANDBOX_EXTENSION = "ollama-librechat-sandbox"
"""Name of the extension in the cluster entry; the provider stand-ins refuse clusters without it."""
