"""How long this process has been running."""

import os
import time
from pathlib import Path


def since_start() -> float:
    """Return the seconds since this process started, by the clock that the kernel noted its start with."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
