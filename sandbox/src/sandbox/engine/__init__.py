"""The Pulumi engine and its plugins: what the machine has, else what can be downloaded, else our own."""

from sandbox.engine.engine import Engine
from sandbox.engine.plugins import Plugin
from sandbox.engine.resolution import resolve

__all__ = ["Engine", "Plugin", "resolve"]
