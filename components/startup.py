"""The first second of the program: what costs time in it and does nothing for the person who waits."""

import atexit
import gc
import os
from collections.abc import MutableMapping
from typing import Any

import pulumi

DEBUG_VARIABLE = "OLLAMA_LIBRECHAT_SDK_DEBUG"
"""Environment variable that, when it is not empty, leaves the SDK its debug messages, for `pulumi up --debug`."""


def tune(environment: MutableMapping[str, str] = os.environ) -> None:
    """Leave out the search for garbage and for plugins of pydantic, and the debug messages of the SDK.

    Only for a program, which has its process for itself. docs/benchmarks.md has what each of it saves.
    """
    # pydantic would read the metadata of every installed package, for a plugin that settings have no use for.
    environment.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What is imported and built stays to the end: looking for garbage in it, by default every 700 objects and once more
    # at the exit, finds none.
    gc.set_threshold(100_000, 50, 1000)
    atexit.register(gc.freeze)
    # Five for each resource, sent one by one and waited for, whether anybody asked for them or not. The SDK has no
    # switch for them.
    if not environment.get(DEBUG_VARIABLE):
        pulumi.log.debug = _silent


def _silent(*_: Any, **__: Any) -> None:
    """Stand in for `pulumi.log.debug`."""
