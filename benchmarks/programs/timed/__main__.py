"""Runs the program beside it and records, in BENCH_TIMES, its registrations and imports with their times.

Times are seconds since the interpreter started.
"""

import atexit
import json
import os
import runpy
import sys
from pathlib import Path
from typing import Any

from clock import since_start

times: dict[str, Any] = {"program": since_start(), "registrations": []}

# After the start: the program has begun by then.
from pulumi.runtime import settings

monitor: Any = settings.get_monitor()
register = monitor.RegisterResource


def timed_register(request: Any, *args: Any, **kwargs: Any) -> Any:
    """Record the time of a registration and pass it on."""
    times["registrations"].append(since_start())
    return register(request, *args, **kwargs)


def write() -> None:
    """Write the records."""
    modules = sorted(name for name in sys.modules if name.startswith(("pulumi", "pulumi_kubernetes", "pulumi_random")))
    own = sorted(name for name in sys.modules if name.startswith("components"))
    Path(os.environ["BENCH_TIMES"]).write_text(json.dumps({**times, "modules": modules, "components": own}))


monitor.RegisterResource = timed_register
atexit.register(write)
runpy.run_path("program.py", run_name="__main__")
times["ended"] = since_start()
