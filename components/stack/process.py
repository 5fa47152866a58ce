"""Start-up and exit tuning for the program's process."""

import atexit
import gc
import os
import signal
import threading
from collections.abc import MutableMapping
from typing import Any

import pulumi

DEBUG_VARIABLE = "OLLAMA_LIBRECHAT_SDK_DEBUG"
"""Environment variable; if it is not empty, the SDK sends its debug messages, for `pulumi up --debug`."""

NOTHING_TO_ADD = 32
"""Exit status that tells the engine that the program has reported its errors already (pulumi-language-python)."""


def tune(environment: MutableMapping[str, str] = os.environ) -> None:
    """Turn off what costs time in a program that runs once: plugins of pydantic, garbage collection, debug messages.

    Only for a program, which has its process to itself. docs/benchmarks.md says what each of them saves.

    Args:
        environment: Environment variables of the process.
    """
    # pydantic would read the metadata of every installed package, looking for plugins.
    environment.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # Imported modules and resources live until the end. By default, the collector looks for garbage among them every
    # 700 objects and once more at exit, and finds none.
    gc.set_threshold(100_000, 50, 1000)
    atexit.register(gc.freeze)
    # The SDK sends five messages for each resource and waits for each of them, even if nobody asked for them. It has no
    # option to turn them off.
    if not environment.get(DEBUG_VARIABLE):
        pulumi.log.debug = _ignore_message


def _ignore_message(*_: Any, **__: Any) -> None:
    """Replace `pulumi.log.debug`."""


def exit_silently_on_interrupt() -> None:
    """Exit without output on SIGINT, which the engine sends after a failure and a person with Ctrl-C.

    Python would print tracebacks of Pulumi's own code below the message that counts. Only for a program, as `tune` is.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _exit)


def _exit(*_: Any) -> None:
    """Exit at once, without waiting for requests that nobody will answer."""
    os._exit(NOTHING_TO_ADD)
