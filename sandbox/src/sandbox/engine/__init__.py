"""The Pulumi engine and its plugins: installed ones, else downloaded ones, else our own."""

from sandbox.engine.engine import Engine
from sandbox.engine.plugins import Plugin
from sandbox.engine.resolution import resolve

__all__ = ["Engine", "Plugin", "resolve"]
