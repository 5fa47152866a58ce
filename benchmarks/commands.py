"""Runs a command and takes its time."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.errors import BenchmarkError

LIMIT_SECONDS = 1200
_SHOWN_LINES = 40
_SHOWN_COLUMNS = 400


@dataclass(frozen=True)
class Done:
    """A command that ended.

    Attributes:
        seconds: Wall time from its start to its end.
        status: Its exit status, one of those that were expected.
        output: What it wrote to standard output.
    """

    seconds: float
    status: int
    output: str


def run(
    argv: Sequence[str | Path],
    cwd: Path,
    env: Mapping[str, str],
    *,
    expected: Sequence[int] = (0,),
    stdin: str | None = None,
) -> Done:
    """Run a command to its end.

    Args:
        expected: Exit statuses that are right.
        stdin: What it reads; nothing by default.

    Raises:
        BenchmarkError: With the end of its output when it ends with another status or runs for 20 minutes.
    """
    words = [str(word) for word in argv]
    started = time.perf_counter()
    try:
        ended = subprocess.run(  # noqa: S603 - our own argument list
            words, cwd=cwd, env=dict(env), input=stdin or "", capture_output=True, text=True, check=False,
            timeout=LIMIT_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BenchmarkError(f"{' '.join(words)} did not end within {LIMIT_SECONDS} s") from None
    seconds = time.perf_counter() - started
    if ended.returncode not in expected:
        lines = (ended.stdout + ended.stderr).strip().splitlines()[-_SHOWN_LINES:]
        shown = "\n".join(line[:_SHOWN_COLUMNS] for line in lines)
        raise BenchmarkError(f"{' '.join(words)} ended with status {ended.returncode}:\n{shown}")
    return Done(seconds, ended.returncode, ended.stdout)
