"""Ollama: the server that runs the models."""
