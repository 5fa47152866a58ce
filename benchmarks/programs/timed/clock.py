"""Time since the start of this process."""

import os
import time
from pathlib import Path


def since_start() -> float:
    """Return the seconds since this process started, by the kernel's clock for start times."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
