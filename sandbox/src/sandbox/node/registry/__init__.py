"""A model registry inside the real node's network that replaces registry.ollama.ai."""
