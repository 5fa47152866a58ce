"""A registry of models inside the real node's network, in the place of registry.ollama.ai."""
