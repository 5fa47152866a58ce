"""The process of a program: what costs time and does nothing for the person who waits, and how it ends."""

import atexit
import gc
import os
import signal
import threading
from collections.abc import MutableMapping
from typing import Any

import pulumi

DEBUG_VARIABLE = "OLLAMA_LIBRECHAT_SDK_DEBUG"
"""Environment variable that, when it is not empty, leaves the SDK its debug messages, for `pulumi up --debug`."""

EVERYTHING_IS_SAID = 32
"""Exit status with which a Python program tells the engine that there is nothing to add (pulumi-language-python)."""


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


def end_quietly() -> None:
    """End the program without a word when it is interrupted.

    The engine does that when something has failed, and a person with Ctrl-C. Python by itself would answer with
    tracebacks of Pulumi's own code, below the message that counts. Only for a program, as `tune` is.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _leave)


def _leave(*_: Any) -> None:
    """End the process at once; nothing is waited for, because nobody is there to answer."""
    os._exit(EVERYTHING_IS_SAID)
