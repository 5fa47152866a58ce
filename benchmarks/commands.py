"""Runs commands and measures their time."""

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
    """Result of a command.

    Attributes:
        seconds: Wall-clock time.
        status: Exit status, one of the expected ones.
        output: Standard output.
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
    """Run a command.

    Args:
        argv: Command and arguments.
        cwd: Working directory.
        env: Environment.
        expected: Exit statuses that mean success.
        stdin: Standard input; empty by default.

    Raises:
        BenchmarkError: The command ends with another status or runs for 20 minutes. The message has the end of its
            output.
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
