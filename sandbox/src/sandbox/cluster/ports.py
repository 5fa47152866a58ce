"""Free ports on loopback."""

import random
import socket
from collections.abc import Mapping, Sequence

LOOPBACK = "127.0.0.1"
"""The only address on which the sandbox listens."""

RANGE = range(20_000, 32_000)
"""Range of ports, below those of outgoing connections on Linux (32768) and macOS (49152)."""


def is_free(port: int) -> bool:
    """Return whether a program could listen on a port of the loopback address now."""
    with socket.socket() as probe:
        # As servers do: connections in TIME_WAIT do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose_ports(names: Sequence[str], keep: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return a port for each name, all different.

    Args:
        names: What needs a port.
        keep: Ports of an earlier choice; those that are still free are kept.

    Raises:
        OSError: Nearly every port of the range is taken.
    """
    chosen = {name: port for name, port in (keep or {}).items() if name in names and is_free(port)}
    candidates = iter(random.sample(RANGE, len(RANGE)))
    for name in names:
        if name in chosen:
            continue
        for port in candidates:
            if port not in chosen.values() and is_free(port):
                chosen[name] = port
                break
        else:
            raise OSError(f"no free port from {RANGE.start} to {RANGE.stop - 1} on {LOOPBACK}")
    return {name: chosen[name] for name in names}
